//! Verifies a certificate offline: from its file and the fingerprint that somebody kept.

use super::certificate::{CERTIFICATE_SCHEMA, Certificate, SignedCertificate};
use super::pdf_certificate;
use crate::audit::{ChainError, KeyChain, is_signed};
use crate::chart::{Digest, Signature};

/// A certificate that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Fingerprint of the key that signed it.
    pub signer: Digest,
    /// What is certified; none for the PDF, which is for reading.
    pub certificate: Option<Certificate>,
}

/// Why a certificate does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It is no certificate.
    #[error("the file is no certificate of destruction, neither as JSON nor as PDF")]
    Form,
    /// It was written by a newer version.
    #[error("the certificate has schema {0}, this version reads schema {CERTIFICATE_SCHEMA}; use the newer version")]
    Schema(u32),
    /// A byte of it was changed.
    #[error("the certificate does not hold: the file was changed after it was signed")]
    Changed,
    /// The keys do not lead to the signer.
    #[error("the certificate does not hold: {0}")]
    Keys(#[from] ChainError),
}

/// Verifies the bytes of a certificate against a fingerprint.
///
/// # Errors
/// It does not hold.
pub fn verify(bytes: &[u8], pinned: Digest) -> Result<Verified, CertificateError> {
    if bytes.starts_with(b"%PDF-") {
        let (message, keys, signature) = pdf_certificate::signed_part(bytes).ok_or(CertificateError::Form)?;
        return Ok(Verified { signer: check(&message, &keys, &signature, pinned)?, certificate: None });
    }
    let signed: SignedCertificate = serde_json::from_slice(bytes).map_err(|_| CertificateError::Form)?;
    if signed.certificate.schema != CERTIFICATE_SCHEMA {
        return Err(CertificateError::Schema(signed.certificate.schema));
    }
    // Bytes that a reader of JSON overlooks, such as a space more, are a change too.
    if signed.bytes().ok().as_deref() != Some(bytes) {
        return Err(CertificateError::Changed);
    }
    let message = SignedCertificate::message(&signed.certificate, &signed.keys).map_err(|_| CertificateError::Form)?;
    let signer = check(&message, &signed.keys, &signed.signature, pinned)?;
    Ok(Verified { signer, certificate: Some(signed.certificate) })
}

fn check(message: &[u8], keys: &KeyChain, signature: &Signature, pinned: Digest) -> Result<Digest, CertificateError> {
    let signer = keys.signer(pinned)?;
    match is_signed(&signer, message, signature) {
        true => Ok(signer.fingerprint()),
        false => Err(CertificateError::Changed),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::audit::{KeyLink, SigningKey};
    use crate::chart::{DisposalId, PersonId};
    use crate::disposal::Approval;

    fn certificate() -> Certificate {
        let id = |number: u128| Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number);
        let part = |number, name: &str| Approval {
            person: PersonId::from_uuid(id(number)),
            name: name.into(),
            at: Timestamp::UNIX_EPOCH,
        };
        Certificate {
            schema: CERTIFICATE_SCHEMA,
            disposal: DisposalId::from_uuid(id(1)),
            ledger: "muniment/ledger/test".into(),
            ledger_entries: 20,
            issued_at: Timestamp::UNIX_EPOCH,
            reason: "their retention is over".into(),
            proposed: part(2, "Ann"),
            reviewed: part(3, "Ben"),
            approvals: vec![part(3, "Ben"), part(4, "Chloé")],
            destroy_from: Timestamp::UNIX_EPOCH,
            inclusive_dates: None,
            classes: vec!["health-record".into()],
            records: vec![],
            method: vec!["every version was deleted".into()],
            statement: "in the normal course of business".into(),
        }
    }

    #[test]
    fn any_changed_byte_spoils_either_form() {
        let key = SigningKey::from_seed(&[5; 32]);
        let pinned = key.public().fingerprint();
        let link = KeyLink { public_key: key.public(), signature: None };
        let keys = KeyChain { origin: "muniment/ledger/test".into(), keys: vec![link] };
        let certificate = certificate();
        let signature = key.sign(&SignedCertificate::message(&certificate, &keys).unwrap());
        let signed = SignedCertificate { certificate, keys: keys.clone(), signature };
        let json = signed.bytes().unwrap();
        let pdf = pdf_certificate::write(&signed, &json, &key).unwrap();
        for bytes in [json, pdf] {
            assert_eq!(verify(&bytes, pinned).unwrap().signer, pinned);
            assert!(matches!(verify(&bytes, Digest::of(b"x")), Err(CertificateError::Keys(_))));
            for at in 0..bytes.len() {
                for bit in [1, 0x20, 0x80] {
                    let mut changed = bytes.clone();
                    changed[at] ^= bit;
                    assert!(verify(&changed, pinned).is_err(), "byte {at} of {}", bytes.len());
                }
            }
            let mut longer = bytes.clone();
            longer.push(b'\n');
            assert!(verify(&longer, pinned).is_err());
            assert!(verify(&bytes[..bytes.len() - 1], pinned).is_err());
        }
        assert_eq!(verify(b"{}", pinned), Err(CertificateError::Form));
    }
}
