//! Encrypted files.

use super::*;

#[test]
fn every_encryption_opens_with_either_password_and_is_copied_without() {
    for (name, bytes) in encrypted("user", "owner") {
        let refused = Document::open(Arc::new(bytes.clone()), None, &LIMITS).err().expect(name);
        assert_eq!(refused.reason, RejectReason::NeedsPassword, "{name}: {}", refused.message);
        let wrong = Document::open(Arc::new(bytes.clone()), Some("wrong"), &LIMITS).err().expect(name);
        assert_eq!(wrong.reason, RejectReason::NeedsPassword, "{name}: {}", wrong.message);
        for password in ["user", "owner"] {
            let document = Document::open(Arc::new(bytes.clone()), Some(password), &LIMITS)
                .unwrap_or_else(|reject| panic!("{name} with the {password} password: {}", reject.message));
            assert!(document.is_encrypted());
            let page = document.page(PageNumber::FIRST, &LIMITS).expect("a page");
            assert_eq!(plain(&page), ["Secret words"], "{name}");
            let mut copy = Vec::new();
            document.decrypted_copy(&mut copy).unwrap_or_else(|error| panic!("{name}: {error}"));
            let copied = Document::open(Arc::new(copy.clone()), None, &LIMITS).expect("no password");
            assert!(!copied.is_encrypted());
            assert_eq!(plain(&copied.page(PageNumber::FIRST, &LIMITS).expect("a page")), ["Secret words"], "{name}");
            check_with_qpdf(&copy);
        }
    }
}

#[test]
fn an_empty_user_password_opens_without_asking() {
    for (name, bytes) in encrypted("", "owner") {
        let document = Document::open(Arc::new(bytes), None, &LIMITS).unwrap_or_else(|_| panic!("{name}"));
        assert_eq!(plain(&document.page(PageNumber::FIRST, &LIMITS).expect("a page")), ["Secret words"], "{name}");
    }
}

fn encrypted(user: &str, owner: &str) -> Vec<(&'static str, Vec<u8>)> {
    let permissions = Permissions::PRINTABLE | Permissions::COPYABLE;
    let key = [7_u8; 32];
    let filters = |filter: Arc<dyn CryptFilter>| BTreeMap::from([(b"StdCF".to_vec(), filter)]);
    let std_cf = || b"StdCF".to_vec();
    let mut files = Vec::new();
    for name in ["RC4 40", "RC4 128", "V4 RC4", "AES-128", "AES-256 R5", "AES-256 R6"] {
        let mut document = document(&[Page::new("BT /F0 12 Tf 10 30 Td (Secret words) Tj ET")]);
        let (user_password, owner_password) = (user, owner);
        let version = match name {
            "RC4 40" => EncryptionVersion::V1 { document: &document, owner_password, user_password, permissions },
            "RC4 128" => {
                let key_length = 128;
                EncryptionVersion::V2 { document: &document, owner_password, user_password, key_length, permissions }
            }
            "V4 RC4" | "AES-128" => EncryptionVersion::V4 {
                document: &document,
                encrypt_metadata: true,
                crypt_filters: filters(if name == "AES-128" {
                    Arc::new(Aes128CryptFilter)
                } else {
                    Arc::new(Rc4CryptFilter)
                }),
                stream_filter: std_cf(),
                string_filter: std_cf(),
                owner_password,
                user_password,
                permissions,
            },
            #[expect(deprecated, reason = "files of this kind exist and must open")]
            "AES-256 R5" => EncryptionVersion::R5 {
                encrypt_metadata: true,
                crypt_filters: filters(Arc::new(Aes256CryptFilter)),
                file_encryption_key: &key,
                stream_filter: std_cf(),
                string_filter: std_cf(),
                owner_password,
                user_password,
                permissions,
            },
            _ => EncryptionVersion::V5 {
                encrypt_metadata: true,
                crypt_filters: filters(Arc::new(Aes256CryptFilter)),
                file_encryption_key: &key,
                stream_filter: std_cf(),
                string_filter: std_cf(),
                owner_password,
                user_password,
                permissions,
            },
        };
        let state = EncryptionState::try_from(version).expect("a state");
        document.encrypt(&state).expect("encrypts");
        files.push((name, saved(document)));
    }
    files
}
