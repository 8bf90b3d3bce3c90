//! Notifications on residents' devices (Web Push): where a browser says, which may be anywhere, encrypted so that only that
//! browser reads them (RFC 8291), and signed so that it is known that they are ours (RFC 8292).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use axum::http::uri::{Scheme, Uri};
use axum::http::{HeaderValue, StatusCode, header};
use chrono::TimeDelta;
use data_encoding::{BASE64URL, BASE64URL_NOPAD};
use serde_json::{Value, json};
use uuid::Uuid;
use web_push_native::p256::PublicKey;
use web_push_native::p256::ecdsa::signature::Signer as _;
use web_push_native::p256::ecdsa::{Signature, SigningKey};
use web_push_native::{Auth, WebPushBuilder};

use crate::chance::Clock;
use crate::oidc::http::Http;
use crate::secret::Secret;

/// The longest address of a device, in bytes. Those of today have two to five hundred.
const LONGEST: usize = 1000;
/// How long a token is good for; the most that is allowed is a day (RFC 8292).
const TOKEN: TimeDelta = TimeDelta::hours(12);
/// The secret between a device and us, in bytes (RFC 8291).
const AUTH: usize = 16;

/// Where a notification goes.
#[derive(Clone, Copy, Debug)]
pub struct To<'a> {
    /// Where the device's browser has it sent.
    pub endpoint: &'a str,
    /// Its public key.
    pub public_key: &'a [u8],
    /// The secret between it and us.
    pub auth: &'a [u8],
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Push {
    /// What it is known by: another under the same takes its place, where it has not arrived yet.
    pub id: Uuid,
    /// What the device reads.
    pub said: String,
    /// It may wake a device that saves power.
    pub is_urgent: bool,
    /// How long it is kept for a device that is off.
    pub keep: Duration,
    /// Whom somebody who runs the push service can write to about us.
    pub contact: String,
}

/// Why a notification was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The device takes none any more, and never will.
    #[error("the device takes no notifications any more")]
    Gone,
    /// This one is never taken.
    #[error("the push service refused it: {0}")]
    Never(String),
    /// Not now.
    #[error("the push service did not take it: {0}")]
    NotNow(String),
}

/// Sends notifications.
pub struct Pusher {
    http: Http,
    /// Push services on this very computer may be used.
    locally: bool,
    secret: Secret,
    clock: Clock,
}

impl Pusher {
    /// With the server's secret, from which the keys of councils are derived. `locally` is for tests and demonstrations: it
    /// takes push services on this very computer, too.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(secret: Secret, locally: bool, clock: Clock) -> Result<Self, String> {
        let http = if locally { Http::new() } else { Http::to_public() };
        Ok(Self { http: http.map_err(|error| error.to_string())?, locally, secret, clock })
    }

    /// The key that a council signs with.
    fn key(&self, council: &str) -> Result<SigningKey, PushError> {
        // One number in four thousand million is none of the curve.
        (0..=u8::MAX)
            .find_map(|nth| SigningKey::from_slice(&self.secret.push_key(council, nth)).ok())
            .ok_or_else(|| PushError::Never("there is no key to sign with".to_owned()))
    }

    /// What devices know a council by, in base64url.
    #[must_use]
    pub fn public_key(&self, council: &str) -> String {
        let key = self.key(council).map(|key| key.verifying_key().to_encoded_point(false));
        key.map(|point| BASE64URL_NOPAD.encode(point.as_bytes())).unwrap_or_default()
    }

    /// Whether notifications could be sent there: what a browser says may come from anybody, and we send to no address but
    /// such as everybody can reach.
    #[must_use]
    pub fn takes(&self, endpoint: &str) -> bool {
        self.read(endpoint).is_some()
    }

    fn read(&self, endpoint: &str) -> Option<Uri> {
        let uri: Uri = endpoint.parse().ok().filter(|_| endpoint.len() <= LONGEST)?;
        let authority = uri.authority()?.as_str();
        let host = uri.host().filter(|host| !host.is_empty())?;
        if authority.contains('@') {
            return None;
        }
        let is_here = self.locally && matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let is_private = uri.scheme() == Some(&Scheme::HTTPS);
        let is_usual = matches!(uri.port_u16(), None | Some(443));
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_public = match bare.parse::<IpAddr>() {
            Ok(address) => is_public(address),
            // A name of one part is one of this network; a name that leads there is found out when it is looked up.
            Err(_) => bare.trim_end_matches('.').contains('.'),
        };
        (is_here || is_private && is_usual && is_public).then_some(uri)
    }

    /// Sends a notification.
    ///
    /// # Errors
    /// [`PushError`].
    pub async fn send(&self, council: &str, to: To<'_>, push: Push) -> Result<(), PushError> {
        let never = |why: &str| PushError::Never(why.to_owned());
        let uri = self.read(to.endpoint).ok_or_else(|| never("nothing is sent there"))?;
        let (public_key, auth) = keys(to.public_key, to.auth).ok_or_else(|| never("its key is none"))?;
        let authorization = self.authorization(council, &uri, &push.contact)?;
        let builder = WebPushBuilder::new(uri, public_key, auth).with_valid_duration(push.keep);
        let mut request = builder.build(push.said).map_err(|_| never("what it says can't be encrypted"))?;
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, authorization);
        let urgency = if push.is_urgent { "high" } else { "normal" };
        headers.insert("urgency", HeaderValue::from_static(urgency));
        // At most 32 characters of base64url (RFC 8030).
        let topic = HeaderValue::from_str(&push.id.simple().to_string());
        headers.insert("topic", topic.map_err(|_| never("its name is none"))?);
        let reply = self.http.exchange(request).await;
        match reply.map_err(|error| PushError::NotNow(error.to_string()))?.status() {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(PushError::Gone),
            status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT) => {
                Err(PushError::NotNow(status.as_u16().to_string()))
            }
            status if status.is_server_error() => Err(PushError::NotNow(status.as_u16().to_string())),
            status => Err(PushError::Never(status.as_u16().to_string())),
        }
    }

    /// What says that it is ours, to the service at this address and to no other.
    fn authorization(&self, council: &str, uri: &Uri, contact: &str) -> Result<HeaderValue, PushError> {
        let key = self.key(council)?;
        let origin = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or_default(),
            uri.authority().map(ToString::to_string).unwrap_or_default()
        );
        let expires = (self.clock)() + TOKEN;
        let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let claims = json!({ "aud": origin, "exp": expires.timestamp(), "sub": format!("mailto:{contact}") });
        let message = format!("{}.{}", part(json!({ "typ": "JWT", "alg": "ES256" })), part(claims));
        let signature: Signature = key.sign(message.as_bytes());
        let signature = BASE64URL_NOPAD.encode(&signature.to_bytes());
        let public = self.public_key(council);
        let mut value = HeaderValue::from_str(&format!("vapid t={message}.{signature}, k={public}"))
            .map_err(|error| PushError::Never(error.to_string()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// The keys of a device, if they are some.
fn keys(public_key: &[u8], auth: &[u8]) -> Option<(PublicKey, Auth)> {
    let auth = <[u8; AUTH]>::try_from(auth).ok()?;
    Some((PublicKey::from_sec1_bytes(public_key).ok()?, auth.into()))
}

/// The keys of a device as its browser writes them, if they are some.
#[must_use]
pub fn read_keys(public_key: &str, auth: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let read = |text: &str| {
        let encoding = if text.ends_with('=') { BASE64URL } else { BASE64URL_NOPAD };
        encoding.decode(text.as_bytes()).ok()
    };
    let (public_key, auth) = (read(public_key)?, read(auth)?);
    keys(&public_key, &auth)?;
    Some((public_key, auth))
}

/// Whether an address is one that everybody can reach: no other may be asked for on behalf of a stranger. Registers of
/// IANA for special purposes, and what carries such an address within another.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let is_special = v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_documentation()
        || a == 0
        || a >= 224
        || (a, b & 0xc0) == (100, 64)
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a, b & 0xfe) == (198, 18);
    !is_special
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    if let Some(v4) = v6.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [a, b, ..] = v6.segments();
    // Of all of them only these are given out (2000::/3), but for what is kept for protocols, examples and tunnels.
    let is_given_out = a & 0xe000 == 0x2000;
    let is_special = a == 0x2001 && (b < 0x0200 || b == 0x0db8) || a == 0x2002 || a == 0x3fff;
    is_given_out && !is_special
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use proptest::prelude::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    fn pusher(locally: bool) -> Pusher {
        let secret = Secret::new("a secret that only tests know, of enough letters").unwrap();
        let clock = || DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        Pusher::new(secret, locally, Arc::new(clock)).unwrap()
    }

    #[test]
    fn nothing_is_sent_where_not_everybody_could() {
        let long = format!("https://push.example.org/{}", "x".repeat(LONGEST));
        for (endpoint, takes) in [
            ("https://fcm.googleapis.com/fcm/send/abc:def", true),
            ("https://updates.push.services.mozilla.com/wpush/v2/abc", true),
            ("https://web.push.apple.com:443/abc", true),
            ("https://93.184.216.34/abc", true),
            ("https://[2a00:1450:4009::1]/abc", true),
            ("http://fcm.googleapis.com/abc", false),
            ("https://fcm.googleapis.com:8443/abc", false),
            ("https://user@push.example.org/", false),
            ("https://localhost/", false),
            ("https://intranet/", false),
            ("https://intranet./", false),
            ("https://127.0.0.1/", false),
            ("https://10.1.2.3/", false),
            ("https://172.16.0.1/", false),
            ("https://192.168.1.1/", false),
            ("https://169.254.169.254/latest/meta-data", false),
            ("https://100.64.0.1/", false),
            ("https://0.0.0.0/", false),
            ("https://[::1]/", false),
            ("https://[::ffff:127.0.0.1]/", false),
            ("https://[::ffff:a9fe:a9fe]/", false),
            ("https://[64:ff9b::7f00:1]/", false),
            ("https://[2002:7f00:1::]/", false),
            ("https://[fe80::1]/", false),
            ("https://[fd00::1]/", false),
            ("ftp://push.example.org/", false),
            ("file:///etc/passwd", false),
            ("/relative", false),
            ("", false),
            (long.as_str(), false),
        ] {
            assert_eq!(pusher(false).takes(endpoint), takes, "{endpoint}");
        }
        let here = pusher(true);
        assert!(here.takes("http://127.0.0.1:8090/push") && here.takes("https://push.example.org/"));
        assert!(!here.takes("http://10.1.2.3/") && !here.takes("http://127.0.0.1@example.org/"));
    }

    proptest! {
        #[test]
        fn an_address_within_another_is_no_way_round(octets in any::<[u8; 4]>()) {
            let v4 = Ipv4Addr::from(octets);
            prop_assert_eq!(is_public(v4.to_ipv6_mapped().into()), is_public(v4.into()));
        }

        #[test]
        fn whatever_is_said_is_read(endpoint in "\\PC{0,60}") {
            let _ = pusher(false).takes(&endpoint);
        }
    }

    /// As any other reader of JSON web tokens would check it.
    #[test]
    fn what_is_signed_is_known_to_be_ours() {
        let pusher = pusher(false);
        let uri: Uri = "https://push.example.org/abc?x=1".parse().unwrap();
        let value = pusher.authorization("demo", &uri, "hello@demo.example").unwrap();
        let value = value.to_str().unwrap().strip_prefix("vapid t=").unwrap();
        let (token, public) = value.split_once(", k=").unwrap();
        assert_eq!(public, pusher.public_key("demo"));
        assert_ne!(public, pusher.public_key("other"), "each council has its own");
        let read = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, read(public))
            .verify(message.as_bytes(), &read(signature))
            .unwrap();
        let claims: Value = serde_json::from_slice(&read(message.split_once('.').unwrap().1)).unwrap();
        let expected = json!({
            "aud": "https://push.example.org", "exp": 1_790_000_000 + 12 * 3600, "sub": "mailto:hello@demo.example",
        });
        assert_eq!(claims, expected);
    }

    #[test]
    fn keys_of_devices_are_keys() {
        // The example of RFC 8291.
        let public =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let auth = "BTBZMqHH6r4Tts7J_aSIgg";
        assert!(read_keys(public, auth).is_some() && read_keys(public, "BTBZMqHH6r4Tts7J_aSIgg==").is_some());
        for (public, auth) in [("", auth), (public, ""), (&public[1..], auth), (public, "AAAA"), ("!", "!")] {
            assert!(read_keys(public, auth).is_none(), "{public} {auth}");
        }
    }
}
