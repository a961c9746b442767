//! Cookies, and the signs by which a write that another site caused is told from one of our own pages.

use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method};

use super::problem::Problem;
use crate::chart::Digest;

/// Header that a page of ours sends with every write.
pub const CSRF: &str = "x-muniment-csrf";
/// Name of the session's cookie where TLS is spoken: bound to this host, never sent in the clear.
const SECURE_COOKIE: &str = "__Host-muniment";
/// Its name on a loopback address without TLS.
const PLAIN_COOKIE: &str = "muniment";

/// Returns the name of the session's cookie.
pub const fn cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_COOKIE } else { PLAIN_COOKIE }
}

/// Returns the value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Makes the line that sets a cookie; an empty value for no age takes it away. `strict` keeps it from every request that
/// another site causes.
pub fn set_cookie(name: &str, value: &str, secure: bool, strict: bool, seconds: Option<i64>) -> Option<HeaderValue> {
    let mut line = format!("{name}={value}; Path=/; HttpOnly; SameSite={}", if strict { "Strict" } else { "Lax" });
    if secure {
        line.push_str("; Secure");
    }
    if let Some(seconds) = seconds {
        line.push_str(&format!("; Max-Age={seconds}"));
    }
    HeaderValue::from_str(&line).ok()
}

/// Returns the bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Derives the token that pages send back with writes: another site can neither read nor guess it.
pub fn csrf_token(session: &str) -> String {
    Digest::of(format!("csrf:{session}").as_bytes()).to_string()
}

/// Says whether a method changes nothing.
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses a request that a browser says another site caused. Programs, which say nothing, are let through.
///
/// # Errors
/// It came from another site.
pub fn same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return if matches!(site, "same-origin" | "none") { Ok(()) } else { Err(foreign()) };
    }
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    match (origin, text(HOST.as_str())) {
        (Some(origin), Some(host)) if origin == host => Ok(()),
        _ => Err(foreign()),
    }
}

/// Refuses a write of a session without the token that our pages send.
///
/// # Errors
/// The token is missing or another one.
pub fn check_csrf(headers: &HeaderMap, session: &str) -> Result<(), Problem> {
    let sent = headers.get(CSRF).map(HeaderValue::as_bytes).unwrap_or_default();
    // Digests are compared: how long that takes says nothing about the token.
    match Digest::of(sent) == Digest::of(csrf_token(session).as_bytes()) {
        true => Ok(()),
        false => Err(foreign()),
    }
}

fn foreign() -> Problem {
    let detail = "this request did not come from a page of this server: load the page again";
    Problem::new(axum::http::StatusCode::FORBIDDEN, "csrf", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_right_cookie_is_found_among_others() {
        let sent = headers(&[("cookie", "xmuniment=1; muniment=abc; muniment2=d")]);
        assert_eq!(cookie(&sent, "muniment"), Some("abc"));
        assert_eq!(cookie(&sent, "__Host-muniment"), None);
    }

    #[test]
    fn other_sites_are_refused_and_programs_are_not() {
        assert!(same_origin(&headers(&[])).is_ok());
        assert!(same_origin(&headers(&[("sec-fetch-site", "same-origin")])).is_ok());
        assert!(same_origin(&headers(&[("sec-fetch-site", "cross-site")])).is_err());
        assert!(same_origin(&headers(&[("sec-fetch-site", "same-site")])).is_err());
        assert!(same_origin(&headers(&[("origin", "https://a.org"), ("host", "a.org")])).is_ok());
        assert!(same_origin(&headers(&[("origin", "https://b.org"), ("host", "a.org")])).is_err());
        assert!(same_origin(&headers(&[("origin", "null"), ("host", "a.org")])).is_err());
    }

    #[test]
    fn a_write_needs_the_token_of_its_session() {
        let token = csrf_token("one");
        let mut sent = HeaderMap::new();
        assert!(check_csrf(&sent, "one").is_err());
        sent.insert(CSRF, HeaderValue::from_str(&token).unwrap());
        assert!(check_csrf(&sent, "one").is_ok());
        assert!(check_csrf(&sent, "two").is_err());
    }
}
