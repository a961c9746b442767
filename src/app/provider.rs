//! Signing in at an identity provider: OpenID Connect, authorization code with PKCE, state and nonce.

use std::time::Duration;

use jiff::SignedDuration;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse,
};

use super::people::new_secret;
use super::{App, AppError};
use crate::chart::{Digest, Secret};
use crate::store::{PersonRecord, ProviderSignIn};

/// How long somebody may take at the provider.
const AWAY: SignedDuration = SignedDuration::from_mins(10);
/// How long the provider may take to answer.
const ANSWER: Duration = Duration::from_secs(10);
/// Longest answer of a provider, in bytes.
const LONGEST: usize = 1 << 20;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// A sign-in that was begun: where the browser goes, and the cookie by which it is known again.
#[derive(Debug, Clone)]
pub struct BegunSignIn {
    /// The provider's address.
    pub url: Secret,
    /// Value of the cookie.
    pub browser: Secret,
}

/// Why somebody is not signed in by a provider.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// There is no provider.
    #[error("no identity provider is configured here")]
    None,
    /// The answer does not belong to a sign-in that this browser began.
    #[error("this sign-in was not begun in this browser, or took too long: begin again")]
    State,
    /// The provider did not sign the person in.
    #[error("the identity provider did not sign you in")]
    Refused,
    /// The provider's answer is wrong: its token is not signed by it, not for us, too old, or not for this sign-in.
    #[error("the identity provider's answer cannot be trusted")]
    Token(String),
    /// The provider does not answer.
    #[error("the identity provider does not answer; try again, or sign in with your password")]
    Unreachable(String),
    /// Nobody here has that login.
    #[error("nobody here has your login; an administrator adds you")]
    Unknown,
    /// The program failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<crate::store::StoreError> for ProviderError {
    fn from(cause: crate::store::StoreError) -> Self {
        Self::App(cause.into())
    }
}

/// Why a request to the provider failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct RequestError(String);

impl App {
    /// Says whether people may sign in at an identity provider.
    pub fn has_provider(&self) -> bool {
        !self.config.oidc.issuer.is_empty()
    }

    /// Begins a sign-in at the provider, which sends the browser back to `redirect`.
    ///
    /// # Errors
    /// There is no provider, or it does not answer.
    pub async fn begin_provider_sign_in(&self, redirect: &str) -> Result<BegunSignIn, ProviderError> {
        let client = self.provider_client(redirect).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = new_secret("state");
        let given = state.clone();
        let request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(given),
            Nonce::new_random,
        );
        let scopes = ["profile", "email"].map(|scope| Scope::new(scope.to_owned()));
        let (url, _, nonce) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let browser = new_secret("browser");
        let begun = ProviderSignIn {
            state: Digest::of(state.as_bytes()),
            browser: Digest::of(browser.as_bytes()),
            nonce: Secret::new(nonce.secret()),
            verifier: Secret::new(verifier.secret()),
        };
        let until = self.clock.now().saturating_add(AWAY).unwrap_or(jiff::Timestamp::MAX);
        self.store.begin_provider_sign_in(&begun, until).await?;
        Ok(BegunSignIn { url: Secret::new(url.to_string()), browser: Secret::new(browser) })
    }

    /// Finds out who comes back from the provider. Who signs in there for the first time is the person here whose login the
    /// configured claim holds; the provider's own name for them counts from then on.
    ///
    /// # Errors
    /// The sign-in is not this browser's, the provider refused it, its token is wrong, nobody has the login.
    pub async fn finish_provider_sign_in(
        &self,
        state: &str,
        code: Option<&str>,
        browser: &str,
        redirect: &str,
    ) -> Result<PersonRecord, ProviderError> {
        let (state, browser) = (Digest::of(state.as_bytes()), Digest::of(browser.as_bytes()));
        let begun = self.store.take_provider_sign_in(state, browser, self.clock.now()).await?;
        let begun = begun.ok_or(ProviderError::State)?;
        let code = code.ok_or(ProviderError::Refused)?;
        let client = self.provider_client(redirect).await?;
        let http = self.http_client()?;
        let ask = |request| ask(http.clone(), request);
        let untrusted = |cause: &dyn std::fmt::Display| ProviderError::Token(cause.to_string());
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|cause| untrusted(&cause))?
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.reveal().to_owned()))
            .request_async(&ask)
            .await
            .map_err(|cause| untrusted(&cause))?;
        let token = answer.id_token().ok_or_else(|| ProviderError::Token("there is no token in it".into()))?;
        let verifier = client.id_token_verifier();
        let nonce = Nonce::new(begun.nonce.reveal().to_owned());
        let claims = token.claims(&verifier, &nonce).map_err(|cause| untrusted(&cause))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|cause| untrusted(&cause))?;
            let key = token.signing_key(&verifier).map_err(|cause| untrusted(&cause))?;
            let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if actual.map_err(|cause| untrusted(&cause))? != *expected {
                return Err(ProviderError::Token("the access token was replaced".into()));
            }
        }
        self.person_of_claims(claims).await
    }

    async fn person_of_claims(&self, claims: &CoreIdTokenClaims) -> Result<PersonRecord, ProviderError> {
        let (issuer, subject) = (self.config.oidc.issuer.as_str(), claims.subject().as_str());
        let known = match self.store.person_of_provider(issuer, subject).await? {
            Some(person) => self.store.person(person).await?,
            None => {
                let login = self.login_of(claims).ok_or(ProviderError::Unknown)?;
                let person = self.store.person_by_login(&login).await?.ok_or(ProviderError::Unknown)?;
                let linked = self.store.link_to_provider(issuer, subject, person.id, self.clock.now()).await?;
                linked.then_some(person)
            }
        };
        known.filter(|person| person.disabled_at.is_none()).ok_or(ProviderError::Unknown)
    }

    fn login_of(&self, claims: &CoreIdTokenClaims) -> Option<String> {
        match self.config.oidc.login_claim.as_str() {
            "sub" => Some(claims.subject().to_string()),
            // An address that the provider did not check may be anybody's.
            "email" if claims.email_verified() == Some(true) => claims.email().map(|email| email.to_string()),
            "email" => None,
            _ => claims.preferred_username().map(|name| name.to_string()),
        }
    }

    async fn provider_client(&self, redirect: &str) -> Result<Client, ProviderError> {
        let config = &self.config.oidc;
        if !self.has_provider() {
            return Err(ProviderError::None);
        }
        let wrong = |cause: &dyn std::fmt::Display| ProviderError::Unreachable(cause.to_string());
        let issuer = IssuerUrl::new(config.issuer.clone()).map_err(|cause| wrong(&cause))?;
        let http = self.http_client()?;
        let ask = |request| ask(http.clone(), request);
        let metadata = CoreProviderMetadata::discover_async(issuer, &ask).await.map_err(|cause| wrong(&cause))?;
        let secret = match config.client_secret_file.as_os_str().is_empty() {
            true => None,
            false => {
                let text = tokio::fs::read_to_string(&config.client_secret_file).await;
                let text = text.map_err(|cause| wrong(&format!("the client secret cannot be read: {cause}")))?;
                Some(ClientSecret::new(text.trim().to_owned()))
            }
        };
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|cause| wrong(&cause))?;
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(config.client_id.clone()), secret);
        Ok(client.set_redirect_uri(redirect))
    }

    fn http_client(&self) -> Result<reqwest::Client, ProviderError> {
        // Another part of the program may have been first: it is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().timeout(ANSWER).redirect(reqwest::redirect::Policy::none());
        builder.build().map_err(|cause| ProviderError::Unreachable(cause.to_string()))
    }
}

/// Sends one request to the provider. Redirects are not followed: they could lead anywhere.
async fn ask(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, RequestError> {
    let failed = |cause: &dyn std::fmt::Display| RequestError(cause.to_string());
    let request = reqwest::Request::try_from(request).map_err(|cause| failed(&cause))?;
    let mut answer = client.execute(request).await.map_err(|cause| failed(&cause.without_url()))?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|cause| failed(&cause.without_url()))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err(RequestError("the provider's answer is too long".into()));
        }
    }
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}
