//! Answering verification requests of trading partners for the manufacturers that record with this
//! node (GS1 Lightweight Verification Messaging 1.1): is this identifier one that the manufacturer
//! assigned, with this lot and expiry? `verified` says that and nothing else: a recalled or suspect
//! pack is verified, with a word beside it. Whoever asks must be a party of this network, by a key
//! of its own.
use gs1::{Epc, Gtin, Lot, Serial, Sgtin};
use rules::pack_state::BatchState;
use rules::{Engine, FindingStatus, Purpose, Severity};

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
    let at_ms = node.world().now_ms();
    let scan = element_string(&gtin, &serial, &lot, asked.expiry.as_deref());
    let parsed = gs1::scan::parse(&scan).map_err(|_| malformed("the expiry"))?;
    let responder = responder(node, &gtin)?;
    let sgtin = Sgtin { gtin, serial };
    let (verified, reason, info) = {
        let fold = node.fold();
        judged(&fold.engine, &sgtin, &parsed, at_ms)
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

/// The request as the element string that a scanner would have read.
fn element_string(gtin: &Gtin, serial: &Serial, lot: &Lot, expiry: Option<&str>) -> String {
    let expiry = expiry.map(|expiry| format!("(17){expiry}"));
    let expiry = expiry.unwrap_or_default();
    format!("(01){gtin}(21){serial}{expiry}(10){lot}")
}

type Judged = (bool, Option<&'static str>, Option<&'static str>);

fn judged(engine: &Engine, sgtin: &Sgtin, asked: &gs1::scan::Scan, now_ms: i64) -> Judged {
    let Some(pack) = engine.pack(sgtin).filter(|it| it.status != "unknown") else {
        // Lot and expiry need not be compared where there is no such serial number.
        return (false, Some("No_match_GTIN_Serial"), None);
    };
    let lot_differs = asked.lot.as_ref().is_some_and(|lot| {
        pack.lot
            .as_deref()
            .is_some_and(|known| known != lot.as_str())
    });
    let extended = engine.extended_to(sgtin);
    let expiry_differs = asked.expiry.as_ref().is_some_and(|expiry| {
        let printed = expiry.resolve(year_of(now_ms)).to_string();
        let known = pack.expiry.as_deref();
        known.is_some_and(|known| !same_day(asked, &printed, known))
            && extended.as_deref() != Some(&*printed)
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
    if engine.pack_state(sgtin).is_over() {
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
        .map(|finding| finding.severity.max(finding.rule_severity))
        .max();
    let over = engine.batch_state(sgtin, now_ms);
    match (worst, over) {
        (Some(Severity::S4), _) => Some("Illegitimate"),
        (_, Some(BatchState::Recalled | BatchState::Withdrawn)) => Some("Recalled"),
        (Some(Severity::S3), _) => Some("Suspect"),
        (_, Some(BatchState::Expired)) => Some("Expired"),
        _ if extended => Some("ExpirationExtended"),
        _ => None,
    }
}

/// Day 00 of a printed expiry stands for the whole month.
fn same_day(asked: &gs1::scan::Scan, printed: &str, known: &str) -> bool {
    let whole_month = asked.value("17").is_some_and(|text| text.ends_with("00"));
    printed == known || (whole_month && printed.get(..7) == known.get(..7))
}

fn year_of(now_ms: i64) -> i32 {
    use chrono::Datelike as _;
    chrono::DateTime::from_timestamp_millis(now_ms).map_or(1970, |time| time.year())
}
