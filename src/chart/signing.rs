//! Public keys and signatures as the ledger and certificates carry them. Whether a signature fits is `audit`'s to say.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Digest;

/// A text that is no key or no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {digits} lower-case hexadecimal digits")]
pub struct SigningParseError {
    what: &'static str,
    digits: usize,
}

macro_rules! bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Wraps its bytes.
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// Returns its bytes.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = SigningParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let wrong = SigningParseError { what: $what, digits: $length * 2 };
                let digits = text.as_bytes();
                if digits.len() != $length * 2 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
                {
                    return Err(wrong);
                }
                let mut bytes = [0; $length];
                for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
                    *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| wrong)?;
                }
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

bytes!(
    /// An Ed25519 public key (RFC 8032), written as 64 lower-case hexadecimal digits.
    PublicKey,
    32,
    "a public key"
);
bytes!(
    /// An Ed25519 signature (RFC 8032), written as 128 lower-case hexadecimal digits.
    Signature,
    64,
    "a signature"
);

impl PublicKey {
    /// Returns the fingerprint that people keep and compare: the SHA-256 digest of the key's 32 bytes.
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_read_themselves_back_and_nothing_else() {
        let key = PublicKey::from_bytes([0xa7; 32]);
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["", "a7", &"A7".repeat(32), &"+7".repeat(32), &"é".repeat(32)] {
            assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
        }
    }
}
