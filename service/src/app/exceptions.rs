//! Exceptions between trading partners (goods without data, data without goods, mismatches, wrong
//! counts, wrong master data) in the report and response forms of the Partnership for DSCSA
//! Governance. They name people to contact, so they are kept beside the ledger. A report goes to
//! one party; both see the case, its later reports and the responses, nobody else does.
pub mod forms;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::failure::{Code, Failure, Fault};
use crate::app::shipment;
use crate::auth::{Permit, Principal, actions};
use crate::limits::{EXCEPTION_ITEMS_MAX, EXCEPTION_MESSAGES_MAX};
use crate::node::Node;
use crate::store::documents::Kind;
pub use forms::{
    ContactInformation, DataWithoutProduct, ExceptionReport, ExceptionResponse, Exceptions,
    ObservationSource, ProductWithoutData, Resolution,
};

/// A case: its reports and responses in the order they came.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
pub struct ExceptionCase {
    /// The case's id.
    pub exception_case_uuid: String,
    /// GLN of who reported first.
    pub from: String,
    /// GLN of who is to answer.
    pub to: String,
    /// When it was opened, Unix milliseconds.
    pub opened_ms: i64,
    /// When it last changed, Unix milliseconds.
    pub changed_ms: i64,
    /// Whether the last report says that it is resolved.
    pub resolved: bool,
    /// Reports, oldest first.
    pub reports: Vec<ExceptionReport>,
    /// Responses, oldest first.
    pub responses: Vec<ExceptionResponse>,
}

/// Cases of the permit's party, those that changed last first.
///
/// # Errors
/// The store's.
pub fn cases(node: &Node, permit: &Permit<actions::Query>) -> Result<Vec<ExceptionCase>, Failure> {
    let found = node.store().range::<ExceptionCase>(Kind::Exception, "");
    let mut mine: Vec<ExceptionCase> = found
        .map_err(Failure::internal)?
        .into_iter()
        .map(|(_, case)| case)
        .filter(|case| is_of(case, permit.principal()))
        .collect();
    mine.sort_by(|a, b| {
        let order = (b.changed_ms, &a.exception_case_uuid);
        order.cmp(&(a.changed_ms, &b.exception_case_uuid))
    });
    Ok(mine)
}

/// One case.
///
/// # Errors
/// `not_found` when it is not the permit's party's.
pub fn case(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
) -> Result<ExceptionCase, Failure> {
    let case = stored(node, id)?.filter(|case| is_of(case, permit.principal()));
    case.ok_or_else(missing)
}

/// Reports exceptions to a party, or reports again in a case that is open.
///
/// # Errors
/// `unprocessable` for ids that are none, too many items or a party that is not known, `not_found`
/// for a case of others.
pub fn report(
    node: &Node,
    permit: &Permit<actions::ChangeState>,
    to: &str,
    report: ExceptionReport,
) -> Result<ExceptionCase, Failure> {
    let from = speaker(permit)?;
    fit(&report_ids(&report))?;
    if node.fold().engine.party(to).is_none() {
        return Err(unfit("the party it goes to is not known here"));
    }
    let now_ms = node.world().now_ms();
    let id = report.exception_case_uuid.clone();
    let _claim = claim(node, &id)?;
    let mut case = match stored(node, &id)? {
        Some(case) if case.from == from && case.to == to => case,
        Some(_) => return Err(missing()),
        None => ExceptionCase {
            exception_case_uuid: id,
            from,
            to: to.to_owned(),
            opened_ms: now_ms,
            changed_ms: now_ms,
            resolved: false,
            reports: Vec::new(),
            responses: Vec::new(),
        },
    };
    if case
        .reports
        .iter()
        .any(|it| it.message_uuid == report.message_uuid)
    {
        return Ok(case);
    }
    case.resolved = report.case_resolved;
    case.reports.push(report);
    keep(node, case, now_ms)
}

/// Responds to a case.
///
/// # Errors
/// `not_found` when the case is not to the permit's party, `unprocessable` for ids that are none or
/// an item that no report of the case has.
pub fn respond(
    node: &Node,
    permit: &Permit<actions::ChangeState>,
    id: &str,
    response: ExceptionResponse,
) -> Result<ExceptionCase, Failure> {
    let party = speaker(permit)?;
    let _claim = claim(node, id)?;
    let mut case = stored(node, id)?
        .filter(|case| case.to == party)
        .ok_or_else(missing)?;
    if response.exception_case_uuid != case.exception_case_uuid {
        return Err(unfit("the response names another case"));
    }
    let items = response.response_items.iter().flatten();
    let items: Vec<&str> = items.map(|it| it.exception_item_uuid.as_str()).collect();
    fit(&[&[response.message_uuid.as_str()], items.as_slice()].concat())?;
    let known: Vec<&str> = case.reports.iter().flat_map(report_ids).collect();
    if let Some(stranger) = items.iter().find(|item| !known.contains(item)) {
        return Err(unfit(&format!(
            "no report of the case has the item {stranger}"
        )));
    }
    let same = |it: &ExceptionResponse| it.message_uuid == response.message_uuid;
    if case.responses.iter().any(same) {
        return Ok(case);
    }
    case.responses.push(response);
    let now_ms = node.world().now_ms();
    keep(node, case, now_ms)
}

/// A report drawn up from what a shipment lacks or has too much, to be completed and sent: packs
/// that were announced and did not come, packs that came without data.
///
/// # Errors
/// As [`shipment::shipment`]; `unprocessable` when nothing is wrong with it.
pub fn draft(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
    contact: ContactInformation,
) -> Result<ExceptionReport, Failure> {
    let shipment = shipment::shipment(node, permit, id)?;
    let receipt = &shipment.receipt;
    let sgtin = |id: &String| match gs1::Epc::parse(id) {
        Ok(gs1::Epc::Sgtin(sgtin)) => Some(sgtin),
        _ => None,
    };
    let uuid = || node.world().uuid().to_string();
    let file = shipment.papers.first().unwrap_or(&shipment.view.id);
    let lacking = receipt.missing.iter().filter_map(sgtin);
    let lacking: Vec<DataWithoutProduct> = lacking
        .map(|sgtin| DataWithoutProduct {
            exception_item_uuid: uuid(),
            file_id: file.clone(),
            product_gtin: sgtin.gtin.to_string(),
            product_serial: sgtin.serial.to_string(),
            resolution_request: Resolution::SendProduct,
        })
        .collect();
    let surplus = receipt.extra.iter().filter_map(sgtin);
    let surplus: Vec<ProductWithoutData> = surplus
        .map(|sgtin| ProductWithoutData {
            exception_item_uuid: uuid(),
            product_gtin: sgtin.gtin.to_string(),
            observation_source: ObservationSource::Scan,
            resolution_request: Resolution::SendNewData,
            product_serial: Some(sgtin.serial.to_string()),
        })
        .collect();
    if lacking.is_empty() && surplus.is_empty() {
        return Err(unfit(
            "nothing is missing from this shipment and nothing is too much",
        ));
    }
    Ok(ExceptionReport {
        message_uuid: uuid(),
        exception_case_uuid: uuid(),
        timestamp: node.world().now_ms() / 1000,
        po_number: file.rsplit([':', '/']).next().unwrap_or(file).to_owned(),
        sender_information: contact,
        exceptions: Some(Exceptions {
            missing_product_data: (!surplus.is_empty()).then_some(surplus),
            missing_product: (!lacking.is_empty()).then_some(lacking),
            ..Exceptions::default()
        }),
        other_errors: None,
        case_resolved: false,
    })
}

fn speaker(permit: &Permit<actions::ChangeState>) -> Result<String, Failure> {
    let party = permit.principal().party.clone();
    party.ok_or_else(|| Failure::new(Code::Forbidden, "the key speaks for no party"))
}

fn is_of(case: &ExceptionCase, principal: &Principal) -> bool {
    let party = principal.party.as_deref();
    principal.sees_all() || party == Some(&*case.from) || party == Some(&*case.to)
}

fn missing() -> Failure {
    Failure::not_found("exception case")
}

fn unfit(text: &str) -> Failure {
    Failure::new(Code::Unprocessable, text)
}

fn stored(node: &Node, id: &str) -> Result<Option<ExceptionCase>, Failure> {
    let found = node.store().document(Kind::Exception, id);
    found.map_err(Failure::internal)
}

/// Nobody else changes a case meanwhile.
fn claim(node: &Node, id: &str) -> Result<crate::store::idempotency::Claim, Failure> {
    let claim = node.store().claim(&format!("exception {id}"));
    claim.ok_or_else(|| Failure::new(Code::Conflict, "the case is being changed; send it again"))
}

fn keep(node: &Node, mut case: ExceptionCase, now_ms: i64) -> Result<ExceptionCase, Failure> {
    if case.reports.len() + case.responses.len() > EXCEPTION_MESSAGES_MAX {
        return Err(unfit("the case has too many messages; open another one"));
    }
    case.changed_ms = now_ms;
    let row = [(case.exception_case_uuid.clone(), &case)];
    let kept = node.store().put_documents(Kind::Exception, &row);
    kept.map_err(Failure::internal)?;
    Ok(case)
}

/// Every id of a report: of the message, of the case, of the items.
fn report_ids(report: &ExceptionReport) -> Vec<&str> {
    let mut ids = vec![
        report.message_uuid.as_str(),
        report.exception_case_uuid.as_str(),
    ];
    let Some(all) = &report.exceptions else {
        return ids;
    };
    let goods = all.missing_product_data.iter().flatten();
    ids.extend(goods.map(|it| it.exception_item_uuid.as_str()));
    let data = all.missing_product.iter().flatten();
    ids.extend(data.map(|it| it.exception_item_uuid.as_str()));
    let differ = all.data_misalignment.iter().flatten();
    ids.extend(differ.map(|it| it.exception_item_uuid.as_str()));
    let counts = all.overages.iter().chain(&all.underages).flatten();
    ids.extend(counts.map(|it| it.exception_item_uuid.as_str()));
    if let Some(errors) = &all.master_data_errors {
        let glns = errors.gln_errors.iter().flatten();
        ids.extend(glns.map(|it| it.exception_item_uuid.as_str()));
        let gtins = errors.gtin_errors.iter().flatten();
        ids.extend(gtins.map(|it| it.exception_item_uuid.as_str()));
    }
    ids
}

/// Ids must be UUIDs, and not too many.
fn fit(ids: &[&str]) -> Result<(), Failure> {
    if ids.len() > EXCEPTION_ITEMS_MAX {
        let text = format!("a message may have {EXCEPTION_ITEMS_MAX} items");
        return Err(Failure::new(Code::TooLarge, text));
    }
    let wrong = ids.iter().filter(|id| Uuid::parse_str(id).is_err());
    let faults: Vec<Fault> = wrong
        .map(|id| Fault {
            pointer: (*id).to_owned(),
            detail: "is no UUID".to_owned(),
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(unfit("some ids are no UUIDs").with_faults(faults))
}
