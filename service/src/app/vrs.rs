//! Answering verification requests of trading partners for the manufacturers that record with this
//! node (GS1 Lightweight Verification Messaging 1.1): is this identifier one that the manufacturer
//! assigned, with this lot and expiry? `verified` says that and nothing else: a recalled or suspect
//! pack is verified, with a word beside it. Whoever asks must be a party of this network, by a key
//! of its own.
use gs1::{Epc, ExpiryDate, Gtin, Lot, Serial, Sgtin, digital_link};
use rules::pack_state::{BatchState, PackState};
use rules::views::operation::Withheld;
use rules::{Engine, FindingStatus, FindingView, Purpose, Severity};

use crate::app::failure::{Code, Failure};
use crate::app::verify::{self, Question};
use crate::auth::{Permit, actions};
use crate::node::Node;

/// A verification request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// GTIN of the product, as written.
    pub gtin: String,
    /// Serial number.
    pub serial: String,
    /// Lot.
    pub lot: String,
    /// Expiry, `YYMMDD`; a request may leave it out.
    pub expiry: Option<String>,
    /// GLN of who asks.
    pub requester: String,
}

/// The answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Response {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// GLN of the manufacturer in whose name it is answered.
    pub responder: String,
    /// Whether the identifier is one that was assigned, with what was said of it.
    pub verified: bool,
    /// Why not.
    pub reason: Option<&'static str>,
    /// What else has to be known.
    pub info: Option<&'static str>,
}

/// Answers a request; it is recorded like a question at a counter.
///
/// # Errors
/// `malformed` for identifiers that are none, `unauthenticated` for a requester that is not known,
/// `forbidden` for one that the key does not speak for, `not_found` for a product that no
/// manufacturer of this node answers for.
pub fn respond(
    node: &Node,
    permit: &Permit<actions::Verify>,
    asked: &Asked,
) -> Result<Response, Failure> {
    known(node, permit, &asked.requester)?;
    let malformed = |what: &str| Failure::new(Code::Malformed, format!("{what} cannot be read"));
    let gtin = Gtin::parse(&asked.gtin).map_err(|_| malformed("the GTIN"))?;
    let serial = Serial::parse(&asked.serial).map_err(|_| malformed("the serial number"))?;
    let lot = Lot::parse(&asked.lot).map_err(|_| malformed("the lot"))?;
    let expiry = asked.expiry.as_deref().map(Printed::parse).transpose()?;
    let at_ms = node.world().now_ms();
    let responder = responder(node, &gtin)?;
    let sgtin = Sgtin { gtin, serial };
    let scan = link(&sgtin, &lot, expiry.as_ref())?;
    let (verified, reason, info) = {
        let fold = node.fold();
        judged(&fold.engine, &sgtin, (&lot, expiry.as_ref()), at_ms)
    };
    let question = Question {
        scan: &scan,
        location: None,
        purpose: Purpose::Return,
        lang: rules::Lang::En,
    };
    let code = reason.or(info).unwrap_or("verified").to_owned();
    verify::record(node, permit.principal(), question, (at_ms, None), code);
    Ok(Response {
        at_ms,
        responder,
        verified,
        reason,
        info,
    })
}

/// Whether a product is answered for here, and by whom.
///
/// # Errors
/// As [`respond`].
pub fn check_connectivity(
    node: &Node,
    permit: &Permit<actions::Verify>,
    gtin: &str,
    requester: &str,
) -> Result<String, Failure> {
    known(node, permit, requester)?;
    let gtin =
        Gtin::parse(gtin).map_err(|_| Failure::new(Code::Malformed, "the GTIN cannot be read"))?;
    responder(node, &gtin)
}

/// The requester must be a party of this network, and the key must speak for it.
fn known(node: &Node, permit: &Permit<actions::Verify>, gln: &str) -> Result<(), Failure> {
    if node.fold().engine.party(gln).is_none() {
        let text = "the requester's GLN is not known here";
        return Err(Failure::new(Code::Unauthenticated, text));
    }
    if permit.principal().party.as_deref() != Some(gln) {
        let text = "the key does not speak for the requester's GLN";
        return Err(Failure::new(Code::Forbidden, text));
    }
    Ok(())
}

/// The manufacturer of a product, when it records with this node.
fn responder(node: &Node, gtin: &Gtin) -> Result<String, Failure> {
    let missing = || Failure::not_found("product answered for here");
    let mah = {
        let fold = node.fold();
        let product = fold.engine.product(gtin).ok_or_else(missing)?;
        product.mah.clone()
    };
    node.signer(Some(&mah)).map_err(|_| missing())?;
    Ok(mah)
}

/// An expiry as printed.
#[derive(Debug)]
struct Printed {
    text: String,
    date: ExpiryDate,
}

impl Printed {
    fn parse(text: &str) -> Result<Self, Failure> {
        let unread = |_| Failure::new(Code::Malformed, "the expiry cannot be read");
        Ok(Self {
            text: text.to_owned(),
            date: ExpiryDate::parse_yymmdd(text).map_err(unread)?,
        })
    }

    /// Whether it stands for a day, given as `yyyy-mm-dd`: day 00 stands for the whole month.
    fn is_day(&self, known: &str, now_ms: i64) -> bool {
        let printed = self.day(now_ms);
        let whole_month = self.text.ends_with("00");
        printed == known || (whole_month && printed.get(..7) == known.get(..7))
    }

    fn day(&self, now_ms: i64) -> String {
        self.date.resolve(year_of(now_ms)).to_string()
    }
}

/// The request as the Digital Link that a pack could carry: the one spelling in which no character
/// of a lot or a serial number can be taken for anything else.
fn link(sgtin: &Sgtin, lot: &Lot, expiry: Option<&Printed>) -> Result<String, Failure> {
    let element = |ai: &str, value: String| (ai.to_owned(), value);
    let mut elements = vec![
        element("01", sgtin.gtin.to_string()),
        element("10", lot.to_string()),
        element("21", sgtin.serial.to_string()),
    ];
    elements.extend(expiry.map(|it| element("17", it.text.clone())));
    digital_link::write(digital_link::RESOLVER, "01", &elements).map_err(Failure::internal)
}

type Judged = (bool, Option<&'static str>, Option<&'static str>);

fn judged(
    engine: &Engine,
    sgtin: &Sgtin,
    (lot, expiry): (&Lot, Option<&Printed>),
    now_ms: i64,
) -> Judged {
    let Some(pack) = engine.pack(sgtin).filter(|it| it.status != "unknown") else {
        // Lot and expiry need not be compared where there is no such serial number.
        return (false, Some("No_match_GTIN_Serial"), None);
    };
    let lot_differs = pack.lot.as_deref().is_some_and(|it| it != lot.as_str());
    let extended = engine.extended_to(sgtin);
    let made = engine.made_to_last_until(sgtin);
    let expiry_differs = expiry.is_some_and(|printed| {
        let known = made.as_deref();
        known.is_some_and(|known| !printed.is_day(known, now_ms))
            && extended.as_deref() != Some(&*printed.day(now_ms))
    });
    let info = info(engine, sgtin, now_ms, extended.is_some());
    let mismatch = match (lot_differs, expiry_differs) {
        (true, true) => Some("No_match_GTIN_Serial_Lot_Expiry"),
        (true, false) => Some("No_match_GTIN_Serial_Lot"),
        (false, true) => Some("No_match_GTIN_Serial_Expiry"),
        (false, false) => None,
    };
    if mismatch.is_some() {
        return (false, mismatch, info);
    }
    let rejected = engine.withheld(sgtin) == Some(Withheld::Rejected);
    if rejected || engine.pack_state(sgtin).is_over() {
        return (false, Some("Not_for_re-distribution"), info);
    }
    (true, None, info)
}

/// What else has to be known, gravest first.
fn info(engine: &Engine, sgtin: &Sgtin, now_ms: i64, extended: bool) -> Option<&'static str> {
    let found = engine.findings_for(&Epc::Sgtin(sgtin.clone()));
    let worst = found
        .iter()
        .filter(|finding| finding.status == FindingStatus::Open)
        .map(weight)
        .max();
    let over = engine.batch_state(sgtin, now_ms);
    // Somebody investigates, or looks for it.
    let held = engine.withheld(sgtin).is_some()
        || matches!(
            engine.pack_state(sgtin),
            PackState::Locked | PackState::Stolen
        );
    match (worst, over) {
        (Some(Severity::S4), _) => Some("Illegitimate"),
        (_, Some(BatchState::Recalled | BatchState::Withdrawn)) => Some("Recalled"),
        (Some(Severity::S3), _) => Some("Suspect"),
        _ if held => Some("Suspect"),
        (_, Some(BatchState::Expired)) => Some("Expired"),
        _ if extended => Some("ExpirationExtended"),
        _ => None,
    }
}

/// What a finding weighs here: a word of the law only where it was found to be so, but what would
/// be grave by itself and is held at the counter is no clean answer.
fn weight(finding: &FindingView) -> Severity {
    let grave = finding.rule_severity >= Severity::S3 && finding.severity >= Severity::S2;
    let least = if grave {
        Severity::S3
    } else {
        finding.severity
    };
    finding.severity.max(least)
}

fn year_of(now_ms: i64) -> i32 {
    use chrono::Datelike as _;
    chrono::DateTime::from_timestamp_millis(now_ms).map_or(1970, |time| time.year())
}
