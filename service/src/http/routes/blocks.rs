//! Blocks, tips, proofs of blocks, the checkpoint.
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use tangle::KeyId;
use tangle::verify::cbor::Reader;
use tangle::verify::limits::{ITEMS_BYTES_MAX, ITEMS_MAX, STATEMENT_BYTES_MAX};

use super::Parameters;
use super::packs::proof_file;
use crate::app::failure::{Code, Failure};
use crate::app::{blocks, proofs};
use crate::auth::actions;
use crate::http::body::{self, answer, blocking};
use crate::http::dto::block::{BlockDto, ReceiptDto, ReceiptsDto, TipsDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::once::{Once, said};
use crate::limits::{BLOCKS_BODY_BYTES, UPLOAD_BLOCKS_MAX};
use crate::node::Node;

/// Upload signed blocks
///
/// The body is one envelope (CBOR), or a CBOR array of envelopes. Blocks called `recorded` are on
/// disk when the answer is sent. Sending a block again is harmless.
#[utoipa::path(
    tag = "blocks",
    request_body(content = Vec<u8>, content_type = "application/cbor"),
    responses(
        (status = 200, body = ReceiptsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/blocks")]
pub(crate) async fn post_blocks(
    guard: Guarded<actions::SubmitBlocks>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let bytes = body::read(&request, payload, &["application/cbor"], BLOCKS_BODY_BYTES).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let parts = envelopes(&bytes).map_err(|error| malformed(&error))?;
    if !once.is_asked() && parts.len() <= FEW_BLOCKS_MAX {
        let admissions = blocks::upload_few(&node, &guard.0, &parts).await?;
        let receipts = admissions.into_iter().map(ReceiptDto::from).collect();
        return Ok(answer(&ReceiptsDto { receipts }));
    }
    drop(parts);
    let behind = node.clone();
    once.answer(&node, move || {
        let envelopes = envelopes(&bytes).map_err(|error| malformed(&error))?;
        let admissions = blocks::upload(&behind, &guard.0, &envelopes)?;
        let receipts = admissions.into_iter().map(ReceiptDto::from).collect();
        said(200, &ReceiptsDto { receipts })
    })
    .await
}

/// Blocks whose signatures are checked in the server's own thread: the check of one takes less than
/// handing it to another thread and back.
const FEW_BLOCKS_MAX: usize = 4;

fn malformed(error: &tangle::Malformed) -> Failure {
    Failure::new(Code::Malformed, error.to_string())
}

/// Cuts an upload into envelopes. An envelope begins with a byte string, an array of envelopes
/// with an array.
fn envelopes(bytes: &[u8]) -> Result<Vec<&[u8]>, tangle::Malformed> {
    const WHAT: &str = "upload of blocks";
    let mut reader = Reader::new(bytes, BLOCKS_BODY_BYTES, WHAT)?;
    let count = reader.array(UPLOAD_BLOCKS_MAX)?;
    if reader.is_bytes() {
        return Ok(vec![bytes]);
    }
    let mut found = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        let rest = reader.remaining();
        let start = reader.position();
        skip_envelope(&mut reader)?;
        let length = reader.position().saturating_sub(start);
        found.push(rest.get(..length).unwrap_or_default());
    }
    reader.finish()?;
    Ok(found)
}

fn skip_envelope(reader: &mut Reader<'_>) -> Result<(), tangle::Malformed> {
    reader.array_of(2, "an envelope")?;
    reader.bytes(STATEMENT_BYTES_MAX)?;
    for _ in 0..reader.array(ITEMS_MAX)? {
        if !reader.is_bytes() {
            reader.array_of(1, "an item or an erased item")?;
        }
        reader.bytes(ITEMS_BYTES_MAX)?;
    }
    Ok(())
}

/// Where an author's next block attaches
#[utoipa::path(
    tag = "blocks",
    params(("author" = String, Query, description = "Public key of the author, hex")),
    responses(
        (status = 200, body = TipsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/tips")]
pub(crate) async fn get_tips(
    guard: Guarded<actions::SubmitBlocks>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["author"])?;
    let author: KeyId = parameters
        .text("author")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            Problem::new(
                Code::QueryParameter,
                "author must be a key of 64 hex digits",
            )
        })?;
    let network = *node.network();
    let tips = blocking(move || blocks::tips(&node, &guard.0, &author)).await?;
    Ok(answer(&TipsDto::new(&network, tips)))
}

/// A block
#[utoipa::path(
    tag = "blocks",
    params(
        ("id" = String, Path, description = "Block id, hex"),
        ("format" = Option<String>, Query, description = "`cbor` for the envelope itself")
    ),
    responses(
        (status = 200, body = BlockDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/blocks/{id}")]
pub(crate) async fn get_block(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["format"])?;
    let raw = match parameters.text("format") {
        None | Some("json") => false,
        Some("cbor") => true,
        Some(_) => return Err(Problem::new(Code::QueryParameter, "format is json or cbor")),
    };
    let view = blocking(move || blocks::block(&node, &guard.0, &id)).await?;
    if !raw {
        return Ok(answer(&BlockDto::from(view)));
    }
    // The envelope shows every item: it is for those who may see each of them.
    let hidden = view
        .items
        .iter()
        .filter(|item| item.json.is_none())
        .map(|item| item.index);
    let hidden: Vec<u16> = hidden.filter(|at| is_private(&view.block, *at)).collect();
    let block = if hidden.is_empty() {
        view.block
    } else {
        view.block.erase(&hidden)
    };
    Ok(HttpResponse::Ok()
        .content_type("application/cbor")
        .body(block.bytes().to_vec()))
}

/// Whether an item that was not shown may be somebody else's business.
fn is_private(block: &tangle::VerifiedBlock, item: u16) -> bool {
    let slot = block
        .slots()
        .get(usize::from(item))
        .and_then(tangle::Slot::item);
    slot.is_some_and(|item| item.media != tangle::Media::REGISTRY)
}

/// The proof of a block, or of one of its items, to be checked offline
#[utoipa::path(
    tag = "blocks",
    params(
        ("id" = String, Path, description = "Block id, hex"),
        ("item" = Option<u16>, Query, description = "Item to disclose")
    ),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/blocks/{id}/proof")]
pub(crate) async fn get_block_proof(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["item"])?;
    let item = parameters.number("item")?;
    let proof = blocking(move || proofs::of_block(&node, &guard.0, &id, item)).await?;
    Ok(proof_file("block.proof", proof))
}

/// The latest signed checkpoint (C2SP tlog-checkpoint)
#[utoipa::path(
    tag = "blocks",
    params(("witnessed" = Option<bool>, Query,
            description = "`true` for the latest that witnesses co-signed")),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/checkpoint")]
pub(crate) async fn get_checkpoint(
    guard: Guarded<actions::ReadPublic>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    drop(guard);
    let parameters = Parameters::of(&request, &["witnessed"])?;
    let found = match parameters.text("witnessed") {
        None | Some("false") => node.checkpoint(),
        Some("true") => node.witnessed(),
        Some(_) => {
            let text = "witnessed is true or false";
            return Err(Problem::new(Code::QueryParameter, text));
        }
    };
    let signed = found.ok_or_else(|| Problem(Failure::not_found("checkpoint")))?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(signed.note.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[h'aa', [h'..18..', [h'..leaf..']]]`
    fn envelope() -> Vec<u8> {
        [
            &[0x82, 0x41, 0xaa, 0x82, 0x43, 1, 2, 3, 0x81, 0x41][..],
            &[0xbb],
        ]
        .concat()
    }

    #[test]
    fn an_upload_is_one_envelope_or_an_array_of_them() {
        let one = envelope();
        assert_eq!(envelopes(&one).unwrap(), [one.as_slice()]);
        let two = [&[0x82][..], &one, &one].concat();
        assert_eq!(envelopes(&two).unwrap(), [one.as_slice(), one.as_slice()]);
        assert!(envelopes(&[0x80]).unwrap().is_empty());
    }

    #[test]
    fn what_is_cut_off_or_has_more_behind_it_is_refused() {
        let upload = [&[0x81][..], &envelope()].concat();
        for length in 0..upload.len() {
            assert!(envelopes(&upload[..length]).is_err(), "{length}");
        }
        assert!(envelopes(&[&upload[..], &[0]].concat()).is_err());
        assert!(envelopes(&[0x9f, 0xff]).is_err());
        assert!(envelopes(b"{}").is_err());
    }
}
