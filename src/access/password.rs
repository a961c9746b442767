//! Passwords: what makes a fit one, and their digests (Argon2id, RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64Unpadded, Encoding};

use crate::chart::Digest;

/// Memory for one digest in KiB, and passes over it: the first choice of the OWASP Password Storage Cheat Sheet.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Memory, passes and lanes that a stored digest may ask for, at most.
const MOST: (u32, u32, u32) = (1 << 20, 16, 4);
/// Bytes of a digest.
const LENGTH: usize = 32;
/// Fewest characters, as NIST SP 800-63B-4 asks where a password may stand alone, less what lock-out gives.
const FEWEST: usize = 12;
/// Longest password, in bytes.
const LONGEST: usize = 256;
/// Long passwords that everybody knows.
const KNOWN: &[&str] = &[
    "password1234",
    "password12345",
    "passwordpassword",
    "123456789012",
    "1234567890123",
    "123123123123",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwerty123456",
    "administrator",
    "administrator1",
    "letmeinletmein",
    "iloveyou1234",
    "changemechangeme",
    "correcthorsebatterystaple",
    "correct horse battery staple",
];

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnfitPassword {
    /// Too short or too long.
    #[error("a password has at least {FEWEST} characters and at most {LONGEST} bytes; several words are good")]
    Length,
    /// Easily guessed.
    #[error("this password is easily guessed: it is well known, repeats itself, or holds the login; take another")]
    Guessed,
}

/// Checks a new password of the person with this login.
///
/// # Errors
/// It is too short or easily guessed.
pub fn check_password(password: &str, login: &str) -> Result<(), UnfitPassword> {
    if password.chars().count() < FEWEST || password.len() > LONGEST {
        return Err(UnfitPassword::Length);
    }
    let lower = password.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    let holds_login = login.chars().count() > 3 && lower.contains(&login.to_lowercase());
    if KNOWN.contains(&lower.as_str()) || different.len() < 5 || holds_login || lower.contains("muniment") {
        return Err(UnfitPassword::Guessed);
    }
    Ok(())
}

/// Makes the digest of a password with a salt of 16 random bytes, in the PHC form. It takes some 20 ms and 19 MiB.
pub fn digest_password(password: &str, salt: [u8; 16]) -> Option<String> {
    let digest = derive(password, &salt, (MEMORY_KIB, PASSES, LANES))?;
    let (salt, digest) = (Base64Unpadded::encode_string(&salt), Base64Unpadded::encode_string(&digest));
    Some(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}"))
}

/// Says whether a password has this digest. It takes as long as making one, whatever the answer.
pub fn password_fits(password: &str, stored: &str) -> bool {
    let Some((cost, salt, digest)) = parse(stored) else { return false };
    // Digests of the digests are compared: how long that takes says nothing about them.
    derive(password, &salt, cost).is_some_and(|made| Digest::of(&made) == Digest::of(&digest))
}

fn derive(password: &str, salt: &[u8], (memory, passes, lanes): (u32, u32, u32)) -> Option<[u8; LENGTH]> {
    let params = Params::new(memory, passes, lanes, Some(LENGTH)).ok()?;
    let mut digest = [0; LENGTH];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(password.as_bytes(), salt, &mut digest).ok()?;
    Some(digest)
}

type Stored = ((u32, u32, u32), Vec<u8>, Vec<u8>);

fn parse(stored: &str) -> Option<Stored> {
    let mut parts = stored.strip_prefix("$argon2id$v=19$")?.split('$');
    let (costs, salt, digest) = (parts.next()?, parts.next()?, parts.next()?);
    let mut numbers =
        costs.split(',').zip(["m=", "t=", "p="]).map(|(part, name)| part.strip_prefix(name)?.parse().ok());
    let cost: (u32, u32, u32) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if cost.0 > MOST.0 || cost.1 > MOST.1 || cost.2 > MOST.2 {
        return None;
    }
    Some((cost, Base64Unpadded::decode_vec(salt).ok()?, Base64Unpadded::decode_vec(digest).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_fits_its_digest() {
        let stored = digest_password("three small boats", [7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(password_fits("three small boats", &stored));
        assert!(!password_fits("three small boat", &stored));
        assert_ne!(digest_password("three small boats", [8; 16]).unwrap(), stored);
    }

    #[test]
    fn what_is_no_digest_fits_nothing_and_costs_no_memory() {
        for stored in
            ["", "$argon2id$v=19$m=9999999999,t=2,p=1$AAAA$AAAA", "$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA", "x$y$z"]
        {
            assert!(!password_fits("x", stored), "{stored}");
        }
        assert!(!password_fits("x", "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$AAAA"));
    }

    #[test]
    fn passwords_that_are_easily_guessed_are_not_taken() {
        assert_eq!(check_password("short", "ann"), Err(UnfitPassword::Length));
        assert_eq!(check_password(&"x".repeat(300), "ann"), Err(UnfitPassword::Length));
        for guessed in ["aaaaaaaaaaaaaa", "PASSWORD1234", "annabel-annabel", "abababababab", "my-muniment-word"] {
            assert_eq!(check_password(guessed, "annabel"), Err(UnfitPassword::Guessed), "{guessed}");
        }
        assert_eq!(check_password("three small boats", "annabel"), Ok(()));
    }
}
