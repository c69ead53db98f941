//! Cases: findings of one cause, looked into once. A case is assigned, resolved or de-escalated
//! with a reason and, where the quality system wants it, an electronic signature with its meaning
//! (21 CFR 11.50); what is decided about a case is decided about each finding in it, as records.
use gs1::Gln;
use rules::{AlertOutcome, CaseView, Decision, Fact, Finding, Lang, Meaning, Severity, Signature};
use tangle::{BlockId, Kind, Media};

use crate::app::decide::fit_reason;
use crate::app::failure::{Code, Failure};
use crate::app::findings;
use crate::app::master::item;
use crate::app::passkeys::Signed;
use crate::app::visible::{Subject, by_right, visible};
use crate::auth::{Permit, Principal, actions};
use crate::limits::{
    BLOCK_ITEMS_MAX, CASES_PAGE_MAX, COMMENT_CHARS_MAX, COMMENTS_MAX, SIGNER_CHARS_MAX,
};
use crate::node;
use crate::node::comments::Said;
use crate::node::entitled::{Speaker, entitled};
use crate::node::items::COMMENT;
use crate::node::{Fold, Node, View};

/// What is done about a case.
#[derive(Clone, Debug)]
pub enum Act {
    /// Somebody is to look into it.
    Assign {
        /// GLN of who is to look.
        to: String,
    },
    /// It was looked into.
    Resolve {
        /// What came of it.
        outcome: AlertOutcome,
    },
    /// It is less grave than the rule said.
    DeEscalate {
        /// How grave it is at most.
        severity: Severity,
    },
}

/// A decision about a case.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// What is decided.
    pub act: Act,
    /// Why.
    pub reason: String,
    /// Pseudonym of who signs and what the signature means.
    pub signature: Option<(String, Meaning)>,
}

impl Ruling {
    /// Whether it ends something, for which a person answers by name; to ask somebody to look into
    /// a case does not.
    pub fn is_signed_by_people(&self) -> bool {
        !matches!(self.act, Act::Assign { .. })
    }

    /// Puts a person's signature in.
    ///
    /// # Errors
    /// `unprocessable` when it names another signer or meaning already.
    pub fn sign(&mut self, signed: &Signed) -> Result<(), Failure> {
        if let Some((signer, meaning)) = &self.signature {
            signed.fits(signer, *meaning)?;
        }
        self.signature = Some((signed.record.signer.clone(), signed.meaning));
        Ok(())
    }
}

/// A case with its findings.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case.
    pub case: CaseView,
    /// Findings in it that the asker may see, newest first.
    pub findings: Vec<rules::FindingView>,
    /// What parties said about it, the oldest first.
    pub comments: Vec<Comment>,
}

/// What a party said about a case.
#[derive(Clone, Debug)]
pub struct Comment {
    /// What was said, by whom, and where it stands in the ledger.
    pub said: node::comments::Comment,
    /// Name of the party.
    pub name: Option<String>,
}

/// Open cases, gravest first, as far as the principal may see what is in them.
pub fn cases(node: &Node, permit: &Permit<actions::Query>, lang: Lang) -> Vec<CaseView> {
    let fold = node.fold();
    let cases = fold.engine.cases().into_iter();
    cases
        .filter_map(|case| shown(&fold, permit.principal(), case))
        .take(CASES_PAGE_MAX)
        .map(|case| case.spoken(lang))
        .collect()
}

/// One case.
///
/// # Errors
/// `not_found` when no finding of it stands, or none that the principal may see.
pub fn case(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
    lang: Lang,
) -> Result<Case, Failure> {
    let fold = node.fold();
    let case = fold.engine.cases().into_iter().find(|case| case.id == id);
    let case = case.and_then(|case| shown(&fold, permit.principal(), case));
    let case = case.ok_or_else(|| Failure::not_found("case"))?;
    let in_it = |finding: &rules::FindingView| case.findings.contains(&finding.id);
    let findings = fold.engine.findings().filter(in_it);
    let seen = |finding| findings::shown(&fold, permit.principal(), finding);
    let findings = findings.filter_map(seen);
    let findings = findings.map(|finding| finding.spoken(lang)).collect();
    let comments = fold.comments.of(id).iter();
    let comments = comments.map(|said| of_party(&fold, said)).collect();
    Ok(Case {
        case: case.spoken(lang),
        findings,
        comments,
    })
}

fn of_party(fold: &View<'_>, said: &node::comments::Comment) -> Comment {
    Comment {
        name: fold.engine.party(&said.party).map(|it| it.name.clone()),
        said: said.clone(),
    }
}

/// Says something about a case, to everybody who sees it. It is added to the ledger and stays.
///
/// # Errors
/// `not_found` when the case does not stand, or nothing in it is the party's by its own right;
/// `unprocessable` for an empty or overlong text, or one too many.
pub fn comment(
    node: &Node,
    permit: &Permit<actions::Comment>,
    id: &str,
    text: &str,
) -> Result<Comment, Failure> {
    let principal = permit.principal();
    let Some(party) = principal.party.as_deref() else {
        return Err(Failure::new(Code::Forbidden, "the key speaks for no party"));
    };
    let text = text.trim();
    if text.is_empty() || text.chars().count() > COMMENT_CHARS_MAX {
        let text = format!("a comment has 1 to {COMMENT_CHARS_MAX} characters");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    {
        let fold = node.fold();
        let own = |it: &&Finding| {
            let mut subjects = it.subjects.iter();
            subjects.any(|epc| by_right(&fold, principal, Subject::Thing(epc)))
        };
        if !fold.engine.findings_of_case(id).iter().any(own) {
            return Err(Failure::not_found("case"));
        }
        if fold.comments.of(id).len() >= COMMENTS_MAX {
            let text = format!("a case has at most {COMMENTS_MAX} comments");
            return Err(Failure::new(Code::Unprocessable, text));
        }
    }
    let said = Said::CaseComment {
        case: id.to_owned(),
        text: text.to_owned(),
    };
    let items = vec![item(node, COMMENT, &said)?];
    let made = node.author(node.signer(Some(party))?, Kind::Events, vec![items])?;
    let fold = node.fold();
    let mut known = fold.comments.of(id).iter();
    let known = known.rfind(|it| made.contains(&it.block));
    let known =
        known.ok_or_else(|| Failure::internal("a comment was recorded and is not known"))?;
    Ok(of_party(&fold, known))
}

/// Whether a principal sees a case that stands, and so what is said about it.
pub(crate) fn sees_case(fold: &View<'_>, principal: &Principal, id: &str) -> bool {
    let found = fold.engine.findings_of_case(id);
    found
        .into_iter()
        .any(|finding| sees(fold, principal, finding))
}

/// Decides about every finding of a case; returns the blocks that hold the decisions.
///
/// # Errors
/// `not_found`, `forbidden` when the case is about somebody else's product, `unprocessable` for a
/// reason, a signature or somebody assigned that cannot be.
pub fn rule(
    node: &Node,
    permit: &Permit<actions::Decide>,
    id: &str,
    ruling: &Ruling,
) -> Result<Vec<BlockId>, Failure> {
    let principal = permit.principal();
    let Some(party) = principal.party.as_deref() else {
        return Err(Failure::new(Code::Forbidden, "the key speaks for no party"));
    };
    fit_reason(&ruling.reason)?;
    if let Act::Assign { to } = &ruling.act
        && let Err(why) = Gln::parse(to)
    {
        let text = format!("who is to look into a case is a GLN: {why}");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    let signature = ruling.signature.as_ref();
    let signature = signature.map(|it| signed(node, it)).transpose()?;
    let decisions = {
        let fold = node.fold();
        let found = fold.engine.findings_of_case(id);
        let own = |it: &&Finding| {
            let mut subjects = it.subjects.iter();
            subjects.any(|epc| by_right(&fold, principal, Subject::Thing(epc)))
        };
        if !found.iter().any(own) {
            return Err(Failure::not_found("case"));
        }
        decisions(&fold, party, &found, ruling, signature.as_ref())?
    };
    let mut items = Vec::with_capacity(decisions.len());
    for decision in &decisions {
        items.push(item(node, Media::DECISION, decision)?);
    }
    let blocks = items.chunks(BLOCK_ITEMS_MAX).map(<[_]>::to_vec).collect();
    node.author(node.signer(Some(party))?, Kind::Decision, blocks)
}

fn decisions(
    fold: &Fold,
    party: &str,
    findings: &[&Finding],
    ruling: &Ruling,
    signature: Option<&Signature>,
) -> Result<Vec<Decision>, Failure> {
    let mut decisions = Vec::with_capacity(findings.len());
    for finding in findings {
        let bare = bare(finding.id, ruling);
        entitled(fold, Speaker::Party(party), &Fact::Decision(bare.clone()))
            .map_err(|why| Failure::new(Code::Forbidden, why.to_string()))?;
        decisions.push(match signature {
            None => bare,
            Some(signature) => Decision::Signed {
                decision: Box::new(bare),
                signature: signature.clone(),
            },
        });
    }
    Ok(decisions)
}

fn bare(finding: [u8; 16], ruling: &Ruling) -> Decision {
    let reason = ruling.reason.trim().to_owned();
    match &ruling.act {
        Act::Assign { to } => Decision::AssignAlert {
            finding,
            to: to.clone(),
            reason,
        },
        Act::Resolve { outcome } => Decision::ResolveAlert {
            finding,
            outcome: *outcome,
            reason,
        },
        Act::DeEscalate { severity } => Decision::DeEscalateAlert {
            finding,
            severity: *severity,
            reason,
        },
    }
}

/// A signature made now. A pseudonym names nobody: it holds no blank and no `@`.
fn signed(node: &Node, (signer, meaning): &(String, Meaning)) -> Result<Signature, Failure> {
    let plain = signer
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    if signer.is_empty() || signer.len() > SIGNER_CHARS_MAX || !plain {
        let text = format!(
            "a signer is a pseudonym of 1 to {SIGNER_CHARS_MAX} letters, digits, '-', '_', '.', ':'"
        );
        return Err(Failure::new(Code::Unprocessable, text));
    }
    Ok(Signature {
        signer: signer.clone(),
        signed_at_ms: node.world().now_ms(),
        meaning: *meaning,
    })
}

/// A case as far as a principal may see it: counts and findings are those it sees.
fn shown(fold: &View<'_>, principal: &Principal, mut case: CaseView) -> Option<CaseView> {
    let owner = case.owner.as_ref().map(|it| &it.gln);
    if principal.sees_all() || (owner.is_some() && owner == principal.party.as_ref()) {
        return Some(case);
    }
    let all = fold.engine.findings_of_case(&case.id);
    let seen: Vec<&Finding> = all
        .into_iter()
        .filter(|finding| sees(fold, principal, finding))
        .collect();
    case.count = seen.len();
    let listed = seen.iter().take(rules::views::cases::LISTED_MAX);
    case.findings = listed.map(|finding| hex::encode(finding.id)).collect();
    case.from = seen.iter().map(|it| it.at_ms).min()?;
    case.until = seen.iter().map(|it| it.until_ms).max()?;
    case.opened = seen.iter().map(|it| it.recorded_ms).min()?;
    case.severity = seen.iter().map(|it| it.severity).max()?;
    Some(case)
}

fn sees(fold: &View<'_>, principal: &Principal, finding: &Finding) -> bool {
    let subjects = finding.subjects.iter();
    subjects
        .into_iter()
        .any(|epc| visible(fold, principal, Subject::Thing(epc)))
}
