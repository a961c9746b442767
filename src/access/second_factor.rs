//! The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes for when it is lost.

use totp_rs::{Builder, Secret as TotpSecret, Totp};

use crate::chart::{Digest, Secret};

/// Name under which authenticators list the codes.
const ISSUER: &str = "Muniment";
/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;
/// Letters of recovery codes: none that is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
/// Groups of four letters in a recovery code: 80 bits.
const GROUPS: usize = 4;
/// Recovery codes that a person is given.
pub const RECOVERY_CODES: usize = 10;

/// The secret that an authenticator and this program share.
pub struct SecondFactor(Totp);

impl SecondFactor {
    /// Makes one of random bytes, for the person with this login.
    pub fn new(random: [u8; SECRET], login: &str) -> Option<Self> {
        Self::of(TotpSecret::new_stack(random), login)
    }

    /// Reads one that was kept.
    pub fn parse(base32: &str, login: &str) -> Option<Self> {
        Self::of(TotpSecret::try_from_base32(base32).ok()?, login)
    }

    /// Returns the secret as people type it and as it is kept.
    pub fn base32(&self) -> Secret {
        Secret::new(self.0.secret().to_base32())
    }

    /// Returns what authenticators read out of a picture.
    pub fn uri(&self) -> Option<Secret> {
        self.0.to_url().ok().map(Secret::new)
    }

    /// Returns the step of time that a code belongs to, when it is one of now or of the half minute before or after. A step
    /// that was used must not be taken again.
    pub fn step_of(&self, code: &str, unix_seconds: u64) -> Option<u64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let well_formed = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
        if !well_formed {
            return None;
        }
        self.0.check(&code, unix_seconds)
    }

    fn of(secret: TotpSecret, login: &str) -> Option<Self> {
        // A colon parts the names in the address that authenticators read.
        let account = login.replace(':', "-");
        let builder = Builder::new().with_secret(secret).with_account_name(account).with_issuer(Some(ISSUER));
        builder.build().ok().map(Self)
    }
}

/// Makes a recovery code of random bytes.
pub fn recovery_code(random: [u8; GROUPS * 4]) -> Secret {
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Secret::new(groups.join("-"))
}

/// Returns the digest by which a recovery code is kept, however it was typed.
pub fn recovery_digest(code: &str) -> Digest {
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Digest::of(typed.to_ascii_lowercase().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, with the secret "12345678901234567890": the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let factor = SecondFactor::new(*b"12345678901234567890", "ann").unwrap();
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(factor.step_of(code, time), Some(time / 30), "{time}");
        }
        assert_eq!(factor.step_of("287 082", 59), Some(1));
        assert_eq!(factor.step_of("287082", 59 + 90), None, "two steps late");
        for wrong in ["", "28708", "2870822", "28708a", "٢٨٧٠٨٢"] {
            assert_eq!(factor.step_of(wrong, 59), None, "{wrong}");
        }
        let again = SecondFactor::parse(factor.base32().reveal(), "ann").unwrap();
        assert_eq!(again.step_of("287082", 59), Some(1));
        assert!(factor.uri().unwrap().reveal().starts_with("otpauth://totp/Muniment:ann?secret="));
    }

    #[test]
    fn recovery_codes_are_taken_however_they_are_typed() {
        let code = recovery_code([200; 16]);
        assert_eq!(code.reveal().len(), 19);
        assert_eq!(recovery_digest(code.reveal()), recovery_digest(&code.reveal().replace('-', " ").to_uppercase()));
        assert_ne!(recovery_digest(code.reveal()), recovery_digest(recovery_code([201; 16]).reveal()));
    }
}
