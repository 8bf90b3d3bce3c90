//! How the portal proves to a provider that it is the portal, by a key (`private_key_jwt`).

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

/// A key to sign with.
enum Key {
    /// ES256.
    Ec(EcdsaKeyPair),
    /// RS256.
    Rsa(RsaKeyPair),
}

impl Key {
    fn read(pem: &[u8]) -> Result<Self, String> {
        let unreadable = "it is no private key in PEM (PKCS #8)";
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem).map_err(|_| unreadable)?;
        let der = key.secret_pkcs8_der();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &SystemRandom::new())
            .map(Self::Ec)
            .or_else(|_| RsaKeyPair::from_pkcs8(der).map(Self::Rsa))
            .map_err(|_| "it must be an EC key of P-256, or an RSA key of 2048 bits or more".to_owned())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ec(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let chance = SystemRandom::new();
        let failed = |_| "the key can't sign".to_owned();
        match self {
            Self::Ec(key) => Ok(key.sign(&chance, message).map_err(failed)?.as_ref().to_vec()),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &chance, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

/// Signs claims with the key of a PEM file.
///
/// # Errors
/// What is wrong with the key, in words.
pub(super) fn signed(pem: &[u8], key_id: Option<&str>, claims: &Value) -> Result<String, String> {
    let key = Key::read(pem)?;
    let mut header = json!({ "alg": key.algorithm(), "typ": "JWT" });
    if let Some(id) = key_id {
        header["kid"] = json!(id);
    }
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let message = format!("{}.{}", part(&header), part(claims));
    let signature = BASE64URL_NOPAD.encode(&key.sign(message.as_bytes())?);
    Ok(format!("{message}.{signature}"))
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, KeyPair as _, UnparsedPublicKey};

    use super::*;

    fn pem(der: &[u8]) -> String {
        let body = data_encoding::BASE64.encode(der);
        format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
    }

    #[test]
    fn what_is_signed_can_be_checked() {
        let chance = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance).unwrap();
        let token = signed(pem(der.as_ref()).as_bytes(), Some("one"), &json!({ "iss": "portico" })).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &chance).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
        public.verify(message.as_bytes(), &BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap()).unwrap();
        let header = BASE64URL_NOPAD.decode(message.split('.').next().unwrap().as_bytes()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header, json!({ "alg": "ES256", "typ": "JWT", "kid": "one" }));
    }

    #[test]
    fn what_is_no_key_is_told() {
        for wrong in ["", "secret", &pem(b"nonsense"), "-----BEGIN PRIVATE KEY-----\n"] {
            assert!(signed(wrong.as_bytes(), None, &json!({})).is_err(), "{wrong}");
        }
    }
}
