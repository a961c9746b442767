//! The headers of the tus protocol 1.0.

use axum::http::{HeaderMap, StatusCode};
use base64ct::{Base64, Encoding as _};

use crate::app::uploads::{Checksum, ChecksumAlgorithm};
use crate::server::problem::Problem;

/// The version of the protocol.
pub const VERSION: &str = "1.0.0";
/// Header that says the version.
pub const RESUMABLE: &str = "tus-resumable";
/// Header that says where a part begins, or how much has come.
pub const OFFSET: &str = "upload-offset";
/// Header that says how long the file is.
pub const LENGTH: &str = "upload-length";
/// Header with what is known about the file.
pub const METADATA: &str = "upload-metadata";
/// Header that says when an upload is deleted.
pub const EXPIRES: &str = "upload-expires";
/// Header with the digest of a part.
const CHECKSUM: &str = "upload-checksum";
/// Most pairs of metadata.
const MOST_PAIRS: usize = 16;

/// Makes sure that the sender speaks this version.
///
/// # Errors
/// They do not.
pub fn fits_version(headers: &HeaderMap) -> Result<(), Problem> {
    match text(headers, RESUMABLE) {
        Some(VERSION) => Ok(()),
        _ => {
            let detail = format!("uploads speak the tus protocol {VERSION}: send Tus-Resumable: {VERSION}");
            Err(Problem::new(StatusCode::PRECONDITION_FAILED, "tus-version", detail))
        }
    }
}

/// Reads a header with a number.
///
/// # Errors
/// It is missing, or no number.
pub fn number(headers: &HeaderMap, name: &'static str) -> Result<u64, Problem> {
    let number = text(headers, name).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let wrong = || Problem::new(StatusCode::BAD_REQUEST, "unfit", format!("{name} has to be a number of bytes"));
    number.and_then(|number| number.parse().ok()).ok_or_else(wrong)
}

/// Reads what is known about the file: pairs of a key and a value in Base64, parted by commas.
///
/// # Errors
/// It cannot be read.
pub fn metadata(headers: &HeaderMap) -> Result<Vec<(String, String)>, Problem> {
    let wrong = || {
        let detail = format!("{METADATA} has to hold pairs of a key and a value in Base64, parted by commas");
        Problem::new(StatusCode::BAD_REQUEST, "unfit", detail)
    };
    let Some(line) = text(headers, METADATA) else { return Ok(Vec::new()) };
    let pairs = line.split(',').take(MOST_PAIRS).map(|pair| {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let value = Base64::decode_vec(value.trim()).map_err(|_| wrong())?;
        Ok((key.to_owned(), String::from_utf8(value).map_err(|_| wrong())?))
    });
    pairs.collect()
}

/// Reads the checksum of a part, if there is one.
///
/// # Errors
/// It cannot be read, or is of another kind.
pub fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Problem> {
    let wrong = || {
        let detail = "Upload-Checksum has to be sha1 or sha256, a space, and the digest in Base64";
        Problem::new(StatusCode::BAD_REQUEST, "unfit", detail)
    };
    let Some(line) = headers.get(CHECKSUM) else { return Ok(None) };
    let (algorithm, digest) = line.to_str().ok().and_then(|line| line.split_once(' ')).ok_or_else(wrong)?;
    let (algorithm, length) = match algorithm {
        "sha1" => (ChecksumAlgorithm::Sha1, 20),
        "sha256" => (ChecksumAlgorithm::Sha256, 32),
        _ => return Err(wrong()),
    };
    let digest = Base64::decode_vec(digest.trim()).map_err(|_| wrong())?;
    if digest.len() != length {
        return Err(wrong());
    }
    Ok(Some(Checksum { algorithm, digest }))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn headers_are_read_as_the_protocol_has_them() {
        let read = metadata(&headers(METADATA, "filename c2Nhbi50aWY=,batch Qg==, is_confidential")).unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read, [pair("filename", "scan.tif"), pair("batch", "B"), pair("is_confidential", "")]);
        assert!(metadata(&headers(METADATA, "filename ???")).is_err());
        assert_eq!(number(&headers(OFFSET, "17"), OFFSET).unwrap(), 17);
        for bad in ["-1", "+1", "", "1e3", "99999999999999999999"] {
            assert!(number(&headers(OFFSET, bad), OFFSET).is_err(), "{bad}");
        }
        assert!(fits_version(&headers(RESUMABLE, "0.2.2")).is_err() && fits_version(&HeaderMap::new()).is_err());
        assert_eq!(checksum(&HeaderMap::new()).unwrap(), None);
        assert!(checksum(&headers(CHECKSUM, "md5 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).is_err());
        assert!(checksum(&headers(CHECKSUM, "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).unwrap().is_some());
        assert!(checksum(&headers(CHECKSUM, "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).is_err());
    }
}
