//! One question to one responder, and what makes its answer one: status, form, the id of the
//! question, a GLN that may answer, and words of the standard that fit each other.
use std::time::Duration;

use gs1::{Gln, Lot, Sgtin};
use rules::say::MakerSaid;
use serde::Deserialize;
use ureq::Agent;

use super::Responder;
use super::breaker::Shut;
use crate::client::segment;

/// Longest answer, bytes: it is recorded word for word.
const ANSWER_BYTES_MAX: u64 = 4_096;

/// A question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) sgtin: &'a Sgtin,
    pub(super) lot: &'a Lot,
    /// `YYMMDD`.
    pub(super) expiry: Option<&'a str>,
    /// GLN of who asks.
    pub(super) requester: &'a str,
    /// UUID of the question.
    pub(super) correlation: &'a str,
}

/// An answer that counts.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) said: MakerSaid,
    /// GLN of who answered.
    pub(super) responder: String,
    /// Word for word.
    pub(super) body: String,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Silent {
    /// Not in time.
    NoTime,
    /// No connection, or it broke.
    Unreachable,
    /// The responder does not answer for this product.
    NotItsProduct,
    /// It does not take the key, the party or the question.
    Refused,
    /// It has a fault of its own, or too much to do.
    Failing,
    /// It answered something else than the standard, or than what was asked.
    Unusable,
    /// It failed lately and is left alone.
    Resting,
    /// As many questions to it as may be are under way.
    Busy,
    /// The label has no lot, which a question needs.
    NoLot,
}

impl Silent {
    /// Stable word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::NoTime => "timeout",
            Self::Unreachable => "unreachable",
            Self::NotItsProduct => "not_its_product",
            Self::Refused => "refused",
            Self::Failing => "failing",
            Self::Unusable => "unusable",
            Self::Resting => "resting",
            Self::Busy => "busy",
            Self::NoLot => "no_lot",
        }
    }

    /// Whether the responder should be left alone if it happens again and again.
    pub(super) const fn is_failure(self) -> bool {
        matches!(
            self,
            Self::NoTime | Self::Unreachable | Self::Failing | Self::Unusable
        )
    }
}

impl From<Shut> for Silent {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Resting => Self::Resting,
            Shut::Busy => Self::Busy,
        }
    }
}

/// The body of an answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(rename = "responderGLN")]
    responder_gln: String,
    #[serde(rename = "corrUUID")]
    corr_uuid: String,
    data: Data,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    verified: bool,
    #[serde(default)]
    verification_failure_reason: Option<String>,
    #[serde(default)]
    additional_info: Option<String>,
}

/// Asks a responder; the whole question takes no longer than `left`.
pub(super) fn ask(
    agent: &Agent,
    responder: &Responder,
    asked: &Asked<'_>,
    left: Duration,
) -> Result<Told, Silent> {
    // A lot may be called `..`, which is a step up in a path.
    let part = |text: &str| segment(text).replace('.', "%2E");
    let expiry = asked.expiry.map(|it| format!("exp={}&", part(it)));
    let path = format!(
        "gtin/{}/lot/{}/ser/{}?{}linkType=verificationService&context=dscsaSaleableReturn\
         &reqGLN={}&corrUUID={}",
        asked.sgtin.gtin,
        part(asked.lot.as_str()),
        part(asked.sgtin.serial.as_str()),
        expiry.unwrap_or_default(),
        part(asked.requester),
        part(asked.correlation),
    );
    let body = get(agent, responder, &path, left)?;
    let read: Body = serde_json::from_str(&body).map_err(|_| Silent::Unusable)?;
    let own = responder.gln.as_deref();
    let fits = read.corr_uuid.eq_ignore_ascii_case(asked.correlation)
        && Gln::parse(&read.responder_gln).is_ok()
        && own.is_none_or(|own| own == read.responder_gln);
    let said = said(&read.data).filter(|_| fits).ok_or(Silent::Unusable)?;
    Ok(Told {
        said,
        responder: read.responder_gln,
        body,
    })
}

/// Asks whether a responder answers for a product (`checkConnectivity`): its GLN, or none where it
/// is reached and does not answer for this one.
pub(super) fn connectivity(
    agent: &Agent,
    responder: &Responder,
    party: &str,
    left: Duration,
) -> Result<Option<String>, Silent> {
    #[derive(Deserialize)]
    struct Connected {
        #[serde(rename = "responderGLN")]
        gln: String,
    }
    let gtin = responder.some_product().ok_or(Silent::NotItsProduct)?;
    let path = format!("checkConnectivity?gtin={gtin}&reqGLN={party}&context=dscsaSaleableReturn");
    match get(agent, responder, &path, left) {
        Ok(body) => serde_json::from_str::<Connected>(&body)
            .map(|it| Some(it.gln))
            .map_err(|_| Silent::Unusable),
        Err(Silent::NotItsProduct) => Ok(None),
        Err(why) => Err(why),
    }
}

/// The body of a good answer.
fn get(agent: &Agent, responder: &Responder, path: &str, left: Duration) -> Result<String, Silent> {
    let mut request = agent
        .get(format!("{}/{path}", responder.url))
        .config()
        .timeout_global(Some(left))
        .build()
        .header("Accept", "application/json");
    if let Some(key) = &responder.key {
        request = request.header("Authorization", format!("Bearer {}", key.0.as_str()));
    }
    let mut answer = request.call().map_err(silent)?;
    match answer.status().as_u16() {
        200 => {}
        404 => return Err(Silent::NotItsProduct),
        429 | 500..=599 => return Err(Silent::Failing),
        400..=499 => return Err(Silent::Refused),
        _ => return Err(Silent::Unusable),
    }
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    body.read_to_string().map_err(silent)
}

#[allow(clippy::needless_pass_by_value, reason = "as an argument of map_err")]
fn silent(error: ureq::Error) -> Silent {
    match error {
        ureq::Error::Timeout(_) => Silent::NoTime,
        ureq::Error::BodyExceedsLimit(_) => Silent::Unusable,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Silent::Unusable
        }
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Silent::NoTime,
        _ => Silent::Unreachable,
    }
}

/// What an answer says; none where its words do not fit each other, or are none of the standard.
fn said(data: &Data) -> Option<MakerSaid> {
    let reason = data.verification_failure_reason.as_deref();
    let info = data.additional_info.as_deref();
    match (data.verified, reason, info) {
        (true, None, None) => Some(MakerSaid::Verified),
        (true, None, Some("ExpirationExtended")) => Some(MakerSaid::Extended),
        (true, None, Some("Recalled")) => Some(MakerSaid::Recalled),
        (true, None, Some("Expired")) => Some(MakerSaid::Expired),
        (true, None, Some("Suspect")) => Some(MakerSaid::Suspect),
        (true, None, Some("Illegitimate")) => Some(MakerSaid::Illegitimate),
        // Verified, and why not; or a word of tomorrow, which is no leave to sell.
        (true, _, _) => None,
        (false, Some("No_match_GTIN_Serial"), _) => Some(MakerSaid::UnknownSerial),
        (false, Some("No_match_GTIN_Serial_Lot"), _) => Some(MakerSaid::OtherLot),
        (false, Some("No_match_GTIN_Serial_Expiry"), _) => Some(MakerSaid::OtherExpiry),
        (false, Some("No_match_GTIN_Serial_Lot_Expiry"), _) => Some(MakerSaid::OtherLotAndExpiry),
        (false, Some("Not_for_re-distribution"), _) => Some(MakerSaid::NotForSale),
        (false, _, _) => Some(MakerSaid::Denied),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_fit_each_other_are_an_answer() {
        let say = |text: &str| said(&serde_json::from_str(text).unwrap());
        for (text, wanted) in [
            (r#"{"verified":true}"#, Some(MakerSaid::Verified)),
            (
                r#"{"verified":true,"additionalInfo":"ExpirationExtended"}"#,
                Some(MakerSaid::Extended),
            ),
            (
                r#"{"verified":true,"additionalInfo":"Recalled"}"#,
                Some(MakerSaid::Recalled),
            ),
            (r#"{"verified":true,"additionalInfo":"Splendid"}"#, None),
            (
                r#"{"verified":true,"verificationFailureReason":"No_match_GTIN_Serial"}"#,
                None,
            ),
            (
                r#"{"verified":false,"verificationFailureReason":"No_match_GTIN_Serial"}"#,
                Some(MakerSaid::UnknownSerial),
            ),
            (
                r#"{"verified":false,"verificationFailureReason":"of tomorrow"}"#,
                Some(MakerSaid::Denied),
            ),
            (r#"{"verified":false}"#, Some(MakerSaid::Denied)),
        ] {
            assert_eq!(say(text), wanted, "{text}");
        }
        assert!(serde_json::from_str::<Data>(r#"{"verified":"true"}"#).is_err());
        assert!(serde_json::from_str::<Data>("{}").is_err());
    }
}
