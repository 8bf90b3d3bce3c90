//! Providers of `OpenID` Connect that a council lets people sign in with, as its `council.toml` names them. What proves to
//! a provider that it is the portal that asks is a secret, and stands in no document.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::identity::Level;

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What addresses and the file of its secret call it: `one-login`.
    pub id: String,
    /// What people call it: `GOV.UK One Login`.
    pub name: String,
    /// Its address, as it writes it itself: a slash at the end counts.
    pub issuer: String,
    /// What it knows the portal by.
    pub client_id: String,
    /// How the portal proves to it that it is the portal.
    pub auth: ClientAuth,
    /// What the provider calls the portal's key, where it knows several.
    #[serde(default)]
    pub key_id: Option<String>,
    /// Who may sign in with it.
    #[serde(rename = "for")]
    pub people: Vec<People>,
    /// What is asked for besides `openid`.
    #[serde(default = "email_scope")]
    pub scopes: Vec<String>,
    /// The claim that holds the e-mail address.
    #[serde(default = "email_claim")]
    pub email_claim: String,
    /// The addresses it gives are its own to give, so they are true although it does not say `email_verified`: a
    /// council's own directory. For staff alone.
    #[serde(default)]
    pub trusts_email: bool,
    /// How sure it is to be, in the words of GOV.UK One Login: `["Cl.Cm"]`.
    #[serde(default)]
    pub vtr: Vec<String>,
    /// The same in the words of `OpenID` Connect.
    #[serde(default)]
    pub acr_values: Vec<String>,
    /// What it says of how sure it is (`vot` where `vtr` is asked for, else `acr`), and the level of identity that is.
    #[serde(default)]
    pub levels: BTreeMap<String, Level>,
}

/// How the portal proves to a provider that it is the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// By a secret that both know.
    ClientSecret,
    /// By signing with a key whose public half the provider has.
    PrivateKeyJwt,
}

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum People {
    /// Residents.
    Residents,
    /// Members of staff.
    Staff,
}

fn email_scope() -> Vec<String> {
    vec!["email".to_owned()]
}

fn email_claim() -> String {
    "email".to_owned()
}

/// An address that can be spoken to: by HTTPS, or on this very computer.
#[must_use]
pub fn is_private(address: &str) -> bool {
    let here = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
    let is_here = |host: &str| {
        address.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    };
    (address.starts_with("https://") || here.iter().any(|host| is_here(host))) && !address.contains('@')
}

/// Mistakes that its types do not show.
#[must_use]
pub fn faults(providers: &[Provider]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut known = BTreeSet::new();
    for provider in providers {
        let Provider { id, issuer, .. } = provider;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.is_empty() || !id.bytes().all(is_name) {
            faults.push(format!("the id “{id}” of a [[sign_in]] must be small letters, digits and dashes"));
        }
        if !known.insert(id) {
            faults.push(format!("two [[sign_in]] are called “{id}”"));
        }
        if !is_private(issuer) {
            faults.push(format!("the issuer of “{id}” must begin with https://, not {issuer}"));
        }
        if provider.people.is_empty() {
            faults.push(format!("“{id}” is for nobody: say for = [\"residents\"], [\"staff\"], or both"));
        }
        if provider.trusts_email && provider.people != [People::Staff] {
            faults.push(format!("“{id}” may have trusts_email only where it is for = [\"staff\"]"));
        }
        let is_proving =
            |vector: &String| vector.split('.').any(|part| part.starts_with('P') && part != "P0");
        if provider.vtr.iter().any(is_proving) {
            faults.push(format!("“{id}” asks in vtr for a check of identity (P…), which can’t be read yet: ask for how they sign in, such as \"Cl.Cm\""));
        }
        let is_more = |level: &Level| *level > Level::EmailConfirmed;
        if !provider.vtr.is_empty() && provider.levels.values().any(is_more) {
            faults.push(format!("“{id}” says in vtr how somebody signed in, not who they are: its levels can’t be higher than email_confirmed"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told() {
        let provider = Provider {
            id: "entra".into(),
            name: "Saltmarsh account".into(),
            issuer: "https://login.example/".into(),
            client_id: "portico".into(),
            auth: ClientAuth::ClientSecret,
            key_id: None,
            people: vec![People::Staff],
            scopes: email_scope(),
            email_claim: email_claim(),
            trusts_email: true,
            vtr: Vec::new(),
            acr_values: Vec::new(),
            levels: BTreeMap::new(),
        };
        assert_eq!(faults(std::slice::from_ref(&provider)), [""; 0]);
        // How somebody signed in is not who they are.
        let levels = BTreeMap::from([("Cl.Cm".to_owned(), Level::Provider)]);
        let more = Provider { vtr: vec!["Cl.Cm.P2".into()], levels, ..provider.clone() };
        assert_eq!(faults(&[more]).len(), 2);
        let less = Provider { vtr: vec!["Cl.Cm".into(), "Cl.Cm.P0".into()], ..provider.clone() };
        assert_eq!(faults(&[less]), [""; 0]);
        let wrong = Provider {
            id: "En tra".into(),
            issuer: "http://login.example".into(),
            people: vec![People::Residents, People::Staff],
            ..provider.clone()
        };
        assert_eq!(faults(&[wrong]).len(), 3);
        let nobody = Provider { people: Vec::new(), trusts_email: false, ..provider.clone() };
        assert_eq!(faults(&[provider, nobody]).len(), 2);
    }

    #[test]
    fn what_is_sent_is_read_by_nobody_else() {
        for good in [
            "https://a.example",
            "http://localhost:9",
            "http://127.0.0.1/",
            "http://[::1]:3",
            "http://localhost",
        ] {
            assert!(is_private(good), "{good}");
        }
        for bad in [
            "http://a.example",
            "http://localhost:x@evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil",
            "ftp://a",
            "",
        ] {
            assert!(!is_private(bad), "{bad}");
        }
    }
}
