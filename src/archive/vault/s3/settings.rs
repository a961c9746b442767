//! Which bucket, where, and how it is spoken to.

use std::net::IpAddr;

use aws_sdk_s3::config::SharedCredentialsProvider;

use crate::archive::error::ArchiveError;

/// Which bucket a vault is, and how it is spoken to.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// Name of the bucket.
    pub bucket: String,
    /// Where in the bucket the vault begins, without slashes at its ends; empty: at its root.
    pub prefix: String,
    /// URL of the server; none: AWS.
    pub endpoint: Option<String>,
    /// Region, which signatures name.
    pub region: String,
    /// Whether the bucket is named in the path (`HOST/BUCKET/KEY`), as most servers but AWS want it.
    pub path_style: bool,
    /// Whether an endpoint that is not this machine may be spoken to without TLS.
    pub allow_http: bool,
    /// Who gives the credentials. They are asked for when needed, and neither kept in a file nor shown.
    pub credentials: SharedCredentialsProvider,
}

impl S3Settings {
    /// Returns where the vault is, for people; never with credentials.
    pub fn describes(&self) -> String {
        let place = [self.bucket.as_str(), self.prefix.as_str()].into_iter().filter(|part| !part.is_empty());
        let place = format!("s3://{}", place.collect::<Vec<_>>().join("/"));
        match &self.endpoint {
            Some(endpoint) => format!("{place} at {endpoint}"),
            None => format!("{place} in {}", self.region),
        }
    }

    /// Refuses what cannot work or must not be done.
    pub(super) fn check(&self) -> Result<(), ArchiveError> {
        let fault = |what: String| Err(ArchiveError::Location { what });
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if !(3..=63).contains(&self.bucket.len()) || !self.bucket.chars().all(is_name) {
            return fault(format!("{:?} cannot be the name of a bucket", self.bucket));
        }
        if self.prefix.starts_with('/') || self.prefix.ends_with('/') {
            return fault("the prefix in the bucket must not begin or end with a slash".to_owned());
        }
        super::super::key_path(&self.prefix)?;
        let Some(endpoint) = &self.endpoint else { return Ok(()) };
        if endpoint.contains('@') {
            return fault("the endpoint holds credentials; give them in the environment or a file instead".to_owned());
        }
        match endpoint.split_once("://") {
            Some(("https", host)) if !host.is_empty() => Ok(()),
            Some(("http", host)) if self.allow_http || is_this_machine(host) => Ok(()),
            Some(("http", _)) => fault(format!(
                "{endpoint} would carry records over the network without TLS; use https, or allow it with allow_http"
            )),
            _ => fault(format!("{endpoint:?} is no endpoint; it begins with https:// (or http:// on this machine)")),
        }
    }
}

/// Says whether `HOST[:PORT][/...]` is this machine.
fn is_this_machine(host: &str) -> bool {
    let host = host.split('/').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::Credentials;

    use super::*;

    fn settings(endpoint: &str) -> S3Settings {
        S3Settings {
            bucket: "records".into(),
            prefix: "a/b".into(),
            endpoint: Some(endpoint.into()),
            region: "us-east-1".into(),
            path_style: true,
            allow_http: false,
            credentials: SharedCredentialsProvider::new(Credentials::new("key", "secret", None, None, "test")),
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        for good in ["https://s3.example.org", "http://127.0.0.1:7480", "http://localhost/", "http://[::1]:9000"] {
            settings(good).check().unwrap();
        }
        let bad =
            ["http://s3.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1", "ftp://x", "https://a:b@c"];
        for bad in bad {
            assert!(settings(bad).check().is_err(), "{bad}");
        }
        S3Settings { allow_http: true, ..settings("http://10.0.0.1") }.check().unwrap();
    }

    #[test]
    fn the_description_holds_no_credentials() {
        let settings = settings("http://127.0.0.1:7480");
        assert_eq!(settings.describes(), "s3://records/a/b at http://127.0.0.1:7480");
        assert!(!format!("{settings:?}").contains("secret\""));
    }
}
