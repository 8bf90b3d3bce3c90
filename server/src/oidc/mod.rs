//! Providers of `OpenID` Connect: leading somebody there, and reading what they come back with. The authorization code flow
//! with PKCE; what a provider says is believed when its token has the right signature, issuer, audience, nonce and time.

mod assertion;
pub(crate) mod http;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::identity::Level;
use domain::sign_in::{ClientAuth, Provider};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthType, AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::http::{Http, HttpError};
use crate::chance::Dice;

/// How long what a provider says of itself, its keys among it, is taken as it is.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How long it is good where the provider can't be asked.
const GOOD: TimeDelta = TimeDelta::hours(24);
/// How often it is asked anew at most because a key is not known.
const SOON: TimeDelta = TimeDelta::minutes(1);
/// How long a proof that the portal is the portal is good.
const PROOF: TimeDelta = TimeDelta::minutes(3);

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The providers, as far as they have told of themselves.
pub struct Providers {
    http: Http,
    /// The folder of secrets and keys.
    keys: PathBuf,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone)]
struct Known {
    metadata: Arc<ProviderMetadataWithLogout>,
    since: DateTime<Utc>,
}

/// Why it did not work.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider can't be reached.
    #[error("the provider can't be reached: {0}")]
    Down(String),
    /// The portal is not set up for it.
    #[error("not set up: {0}")]
    SetUp(String),
    /// What came back is not to be believed.
    #[error("refused: {0}")]
    Refused(String),
}

/// Somebody is led to a provider.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Where to.
    pub address: String,
    /// What they come back with.
    pub state: String,
    /// What is needed then.
    pub kept: Kept,
}

/// What is needed when somebody comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    nonce: String,
    verifier: String,
}

/// Whom a provider says somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What the provider knows them by.
    pub subject: String,
    /// Their address, if the provider says that it is theirs.
    pub email: Option<String>,
    /// How sure it is of who they are, where it says so.
    pub level: Option<Level>,
    /// When they proved there who they are, where it says so.
    pub proved_at: Option<DateTime<Utc>>,
}

/// Whether somebody is to prove anew who they are, even if the provider knows who sits there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// They are.
    Yes,
    /// What the provider knows is enough.
    No,
}

impl Providers {
    /// With the secrets and keys of this folder: `{council}/{provider}.secret` and `{council}/{provider}.pem`.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(keys: PathBuf) -> Result<Self, String> {
        let http = Http::new().map_err(|error| error.to_string())?;
        Ok(Self { http, keys, known: Mutex::default() })
    }

    /// Leads somebody to a provider, who is to come back to `back`.
    ///
    /// # Errors
    /// When it can't be reached, or the portal is not set up for it.
    pub async fn leave(
        &self,
        provider: &Provider,
        back: &str,
        anew: Anew,
        (dice, now): (&Dice, DateTime<Utc>),
    ) -> Result<Leaving, OidcError> {
        let metadata = self.metadata(provider, now, FRESH).await?;
        let client = client(provider, &metadata, back, None)?;
        let token = || data_encoding::BASE64URL_NOPAD.encode(&dice.token());
        let kept = Kept { nonce: token(), verifier: token() };
        let (state, nonce) = (token(), kept.nonce.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier(&kept));
        let asked = state.clone();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(asked),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(challenge);
        for scope in provider.scopes.iter().filter(|scope| *scope != "openid") {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        for class in &provider.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(class.clone()));
        }
        if !provider.vtr.is_empty() {
            request = request.add_extra_param("vtr", json!(provider.vtr).to_string());
        }
        if anew == Anew::Yes {
            // With `max_age` the token must say when they proved it (OpenID Connect Core 1.0, 3.1.2.1): what an address
            // asks for, whoever sits there can leave out.
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO);
        }
        let (address, _, _) = request.url();
        Ok(Leaving { address: address.into(), state, kept })
    }

    /// Reads what somebody came back with.
    ///
    /// # Errors
    /// When the provider can't be reached, and when it is not to be believed.
    pub async fn come_back(
        &self,
        (council, provider): (&str, &Provider),
        back: &str,
        code: String,
        kept: &Kept,
        (dice, now): (&Dice, DateTime<Utc>),
    ) -> Result<Person, OidcError> {
        let metadata = self.metadata(provider, now, FRESH).await?;
        let (secret, assertion) = match provider.auth {
            ClientAuth::ClientSecret => {
                let secret = self.read(council, &provider.id, "secret").await?;
                (Some(String::from_utf8_lossy(&secret).trim().to_owned()), None)
            }
            ClientAuth::PrivateKeyJwt => {
                let pem = self.read(council, &provider.id, "pem").await?;
                let audience = metadata.token_endpoint().map(|url| url.as_str()).unwrap_or_default();
                let claims = json!({
                    "iss": provider.client_id, "sub": provider.client_id, "aud": audience,
                    "jti": dice.id(now), "iat": now.timestamp(), "exp": (now + PROOF).timestamp(),
                });
                let signed = assertion::signed(&pem, provider.key_id.as_deref(), &claims);
                (None, Some(signed.map_err(OidcError::SetUp)?))
            }
        };
        let client = client(provider, &metadata, back, secret)?;
        let set_up = |error: openidconnect::ConfigurationError| OidcError::Refused(error.to_string());
        let mut request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(set_up)?
            .set_pkce_verifier(verifier(kept));
        if let Some(assertion) = assertion {
            request = request
                .add_extra_param(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .add_extra_param("client_assertion", assertion);
        }
        let reply = request.request_async(&self.http).await.map_err(|error| match error {
            RequestTokenError::Request(error) => down(&error),
            other => OidcError::Refused(other.to_string()),
        })?;
        let token = reply.id_token().ok_or(OidcError::Refused("there is no ID token".to_owned()))?;
        let subject = match verified(provider, &metadata, token, kept, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                // It may have changed its keys since it was asked.
                let metadata = self.metadata(provider, now, SOON).await?;
                verified(provider, &metadata, token, kept, now)
                    .map(|claims| claims.subject().as_str().to_owned())
            }
            other => other.map(|claims| claims.subject().as_str().to_owned()),
        }
        .map_err(|error| OidcError::Refused(error.to_string()))?;
        let mut said = claims_of(token)?;
        let is_told = said.contains_key(&provider.email_claim)
            && (provider.trusts_email || said.contains_key("email_verified"));
        if !is_told && metadata.userinfo_endpoint().is_some() {
            let told = self.user_info(&client, reply.access_token(), &subject).await?;
            // The address and whether it is confirmed belong together.
            for name in [provider.email_claim.as_str(), "email_verified"] {
                if let Some(value) = told.get(name) {
                    said.insert(name.to_owned(), value.clone());
                }
            }
        }
        let level = level(provider, &said)?;
        let proved_at = said.get("auth_time").and_then(Value::as_i64);
        let proved_at = proved_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        Ok(Person { email: email(provider, &said), subject, level, proved_at })
    }

    async fn user_info(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &str,
    ) -> Result<serde_json::Map<String, Value>, OidcError> {
        let expected = openidconnect::SubjectIdentifier::new(subject.to_owned());
        let request = client.user_info(token.clone(), Some(expected));
        let request = request.map_err(|error| OidcError::Refused(error.to_string()))?;
        let told: CoreUserInfoClaims =
            request.request_async(&self.http).await.map_err(|error| match error {
                openidconnect::UserInfoError::Request(error) => down(&error),
                other => OidcError::Refused(other.to_string()),
            })?;
        match serde_json::to_value(&told) {
            Ok(Value::Object(told)) => Ok(told),
            _ => Ok(serde_json::Map::new()),
        }
    }

    /// Where somebody signs out of a provider, and is then led to `home`; none where it has no such place, or has not
    /// been asked yet.
    #[must_use]
    pub fn sign_out(&self, provider: &Provider, home: &str) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let place =
            known.get(&provider.issuer)?.metadata.additional_metadata().end_session_endpoint.clone()?;
        let mut address = place.url().clone();
        address
            .query_pairs_mut()
            .append_pair("client_id", &provider.client_id)
            .append_pair("post_logout_redirect_uri", home);
        Some(address.into())
    }

    /// What a provider says of itself: as it said it last, if that was not longer ago than this.
    async fn metadata(
        &self,
        provider: &Provider,
        now: DateTime<Utc>,
        fresh: TimeDelta,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcError> {
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&provider.issuer).cloned()
        };
        if let Some(known) = known.as_ref().filter(|known| known.since + fresh > now) {
            return Ok(known.metadata.clone());
        }
        let issuer = IssuerUrl::new(provider.issuer.clone());
        let issuer = issuer.map_err(|error| OidcError::SetUp(error.to_string()))?;
        match ProviderMetadataWithLogout::discover_async(issuer, &self.http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                let fresh = Known { metadata: metadata.clone(), since: now };
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                known.insert(provider.issuer.clone(), fresh);
                Ok(metadata)
            }
            Err(error) => match known.filter(|known| known.since + GOOD > now) {
                Some(known) => {
                    tracing::warn!(provider = provider.id, %error, "a provider can't be asked; what it said before is used");
                    Ok(known.metadata)
                }
                None => Err(down(&error)),
            },
        }
    }

    async fn read(&self, council: &str, provider: &str, ending: &str) -> Result<Vec<u8>, OidcError> {
        let file = self.keys.join(council).join(format!("{provider}.{ending}"));
        let said = |error| OidcError::SetUp(format!("{}: {error}", file.display()));
        tokio::fs::read(&file).await.map_err(said)
    }
}

/// Why there was no reply, down to its first cause.
fn down(error: &dyn std::error::Error) -> OidcError {
    let causes = std::iter::successors(Some(error), |error| error.source());
    OidcError::Down(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
}

fn verifier(kept: &Kept) -> PkceCodeVerifier {
    PkceCodeVerifier::new(kept.verifier.clone())
}

fn client(
    provider: &Provider,
    metadata: &ProviderMetadataWithLogout,
    back: &str,
    secret: Option<String>,
) -> Result<Client, OidcError> {
    let back = RedirectUrl::new(back.to_owned()).map_err(|error| OidcError::SetUp(error.to_string()))?;
    let id = ClientId::new(provider.client_id.clone());
    let has_secret = secret.is_some();
    let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret.map(ClientSecret::new))
        .set_redirect_uri(back);
    let methods = metadata.token_endpoint_auth_methods_supported();
    let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
    let in_header = has_secret && takes(CoreClientAuthMethod::ClientSecretBasic);
    Ok(client.set_auth_type(if in_header { AuthType::BasicAuth } else { AuthType::RequestBody }))
}

/// The claims of a token, if they are to be believed.
fn verified<'t>(
    provider: &Provider,
    metadata: &ProviderMetadataWithLogout,
    token: &'t CoreIdToken,
    kept: &Kept,
    now: DateTime<Utc>,
) -> Result<&'t CoreIdTokenClaims, ClaimsVerificationError> {
    use CoreJwsSigningAlgorithm as Alg;
    // Signed with a key of which others know the public half only: a secret that both know proves less.
    const KNOWN: [CoreJwsSigningAlgorithm; 8] = [
        Alg::EcdsaP256Sha256,
        Alg::EcdsaP384Sha384,
        Alg::EdDsa,
        Alg::RsaSsaPssSha256,
        Alg::RsaSsaPssSha384,
        Alg::RsaSsaPssSha512,
        Alg::RsaSsaPkcs1V15Sha256,
        Alg::RsaSsaPkcs1V15Sha512,
    ];
    let client =
        CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(provider.client_id.clone()), None);
    let verifier = client.id_token_verifier().set_allowed_algs(KNOWN).set_time_fn(move || now);
    token.claims(&verifier, &Nonce::new(kept.nonce.clone()))
}

/// Everything that a token says, once it is known that it is to be believed.
fn claims_of(token: &CoreIdToken) -> Result<serde_json::Map<String, Value>, OidcError> {
    let text = token.to_string();
    let read = || {
        let part = data_encoding::BASE64URL_NOPAD.decode(text.split('.').nth(1)?.as_bytes()).ok()?;
        serde_json::from_slice(&part).ok()
    };
    read().ok_or(OidcError::Refused("the claims can't be read".to_owned()))
}

fn text<'v>(said: &'v serde_json::Map<String, Value>, name: &str) -> Option<&'v str> {
    said.get(name)?.as_str()
}

/// The address that somebody has, if the provider says that it has confirmed it.
fn email(provider: &Provider, said: &serde_json::Map<String, Value>) -> Option<String> {
    let is_confirmed = provider.trusts_email
        || match said.get("email_verified") {
            Some(Value::Bool(confirmed)) => *confirmed && provider.email_claim == "email",
            _ => false,
        };
    let email = text(said, &provider.email_claim)?.trim();
    (is_confirmed && domain::field::contact::is_email(email)).then(|| email.to_owned())
}

/// How sure a provider is of who somebody is. Less than it was asked to be is refused.
fn level(provider: &Provider, said: &serde_json::Map<String, Value>) -> Result<Option<Level>, OidcError> {
    let told = if provider.vtr.is_empty() { text(said, "acr") } else { text(said, "vot") };
    if !provider.vtr.is_empty() {
        // Of what was asked, the token repeats how they signed in; how their identity was checked (`P…`) stands elsewhere.
        let asked = |vector: &String| -> String {
            vector.split('.').filter(|part| !part.starts_with('P')).collect::<Vec<_>>().join(".")
        };
        if !provider
            .vtr
            .iter()
            .any(|vector| Some(asked(vector).as_str()) == told || Some(vector.as_str()) == told)
        {
            return Err(OidcError::Refused("it is less sure than it was asked to be".to_owned()));
        }
    }
    if !provider.acr_values.is_empty()
        && !provider.acr_values.iter().any(|class| Some(class.as_str()) == text(said, "acr"))
    {
        return Err(OidcError::Refused("it is less sure than it was asked to be".to_owned()));
    }
    Ok(told.and_then(|told| provider.levels.get(told)).copied())
}

impl From<HttpError> for OidcError {
    fn from(error: HttpError) -> Self {
        down(&error)
    }
}
