//! For those who operate the node over the years: backups, bundles, erasures, witnesses.
use std::io::Write as _;

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::Parameters;
use crate::app::failure::Failure;
use crate::app::operate;
use crate::auth::actions;
use crate::copy::Copying;
use crate::http::body::{self, answer};
use crate::http::dto::operate::{
    BackupDto, ErasureDto, ImportedDto, NewBackupDto, NewErasureDto, WitnessDto, WitnessesDto,
};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::once::{Once, said};
use crate::http::step_up::StepUp;
use crate::limits::BUNDLE_BODY_BYTES;
use crate::node::{Erasing, Node};

/// Copy the running node into its folder for backups
///
/// The answer is sent when the copy is durable and was read back. Recording goes on meanwhile.
#[utoipa::path(
    tag = "operation",
    request_body = NewBackupDto,
    responses(
        (status = 200, body = BackupDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/backups")]
pub(crate) async fn post_backup(
    guard: Guarded<actions::Operate>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (wanted, bytes): (NewBackupDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let what = Copying {
        ledger_only: wanted.ledger_only,
        snapshot: wanted.snapshot,
    };
    let behind = node.clone();
    once.answer(&node, move || {
        let (to, copied) = operate::backup(&behind, &guard.0, &wanted.name, what)?;
        said(200, &BackupDto::new(&to, copied, !what.ledger_only))
    })
    .await
}

/// Take in the blocks of a bundle
///
/// The body is a bundle file as `theriac ledger export` writes it. Of one that is damaged or of
/// another network nothing is taken; blocks that are not authentic or not allowed are counted.
#[utoipa::path(
    tag = "operation",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, body = ImportedDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/ledger/import")]
pub(crate) async fn post_import(
    guard: Guarded<actions::Operate>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let media = ["application/octet-stream"];
    let bytes = body::read(&request, payload, &media, BUNDLE_BODY_BYTES).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        // It is read twice, and a file can be: the ledger takes no bundle from memory.
        let path = behind.scratch("import.bundle")?;
        let written = std::fs::File::create(&path).and_then(|mut file| file.write_all(&bytes));
        let imported = written
            .map_err(Failure::internal)
            .and_then(|()| operate::import(&behind, &guard.0, &path));
        drop(std::fs::remove_file(&path));
        said(200, &ImportedDto::from(imported?))
    })
    .await
}

/// Erase items whose time has come
///
/// Body and salt of the items are gone from the log when the answer is sent; signatures, leaves
/// and proofs of everything else hold as before. The reason is recorded as a block. Refused if
/// the order would be judged otherwise without the items. A person signs it with a passkey (header
/// `Theriac-Signature`), unless it is a `dry_run`.
#[utoipa::path(
    tag = "operation",
    request_body = NewErasureDto,
    responses(
        (status = 200, body = ErasureDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/ledger/erase")]
pub(crate) async fn post_erase(
    guard: Guarded<actions::Operate>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (wanted, bytes): (NewErasureDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let step_up = StepUp::of(&request, &bytes)?;
    let looks = wanted.dry_run;
    let erasing = Erasing::try_from(wanted)?;
    let behind = node.clone();
    once.answer(&node, move || {
        if !looks {
            step_up.sign(&behind, guard.0.principal())?;
        }
        let erased = operate::erase(&behind, &guard.0, &erasing)?;
        said(200, &ErasureDto::from(erased))
    })
    .await
}

/// How it stands with the configured witnesses
#[utoipa::path(
    tag = "operation",
    responses(
        (status = 200, body = WitnessesDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/witnesses")]
pub(crate) async fn get_witnesses(
    guard: Guarded<actions::Operate>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let states = operate::witnesses(&node, &guard.0);
    Ok(answer(&WitnessesDto {
        witnesses: states.into_iter().map(WitnessDto::from).collect(),
    }))
}
