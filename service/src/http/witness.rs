//! The witness's own little server (C2SP `tlog-witness`): `add-checkpoint` for logs, the last
//! co-signed checkpoint for monitors. It needs no keys of its callers: what it says follows from
//! signatures alone, and it remembers one checkpoint a log.
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, get, post, web};

use super::server::until_signal;
use crate::limits::ADD_CHECKPOINT_BODY_BYTES;
use crate::witness::Watch;

/// Serves until the process is told to stop. `announce` is called once signals are listened for.
///
/// # Errors
/// When the server cannot run.
pub fn serve(listener: TcpListener, watch: Watch, announce: impl FnOnce()) -> io::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let watch = web::Data::new(watch);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(watch.clone())
                .wrap(actix_web::middleware::from_fn(super::unread::hold))
                .service(post_add_checkpoint)
                .service(get_healthz)
                .service(get_checkpoint)
        });
        let server = server
            .workers(2)
            .client_request_timeout(BODY_PATIENCE)
            .shutdown_timeout(5)
            .max_connections(256)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        let serving = actix_web::rt::spawn(server);
        until_signal(announce).await?;
        handle.stop(true).await;
        serving.await.map_err(io::Error::other)?
    })
}

/// How long a log may take over the head of its request, and over the body.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

#[post("/add-checkpoint")]
async fn post_add_checkpoint(payload: web::Payload, watch: web::Data<Watch>) -> HttpResponse {
    let body = payload.to_bytes_limited(ADD_CHECKPOINT_BODY_BYTES);
    // Whoever asks is unknown, and connections are few.
    let Ok(body) = actix_web::rt::time::timeout(BODY_PATIENCE, body).await else {
        return HttpResponse::RequestTimeout()
            .force_close()
            .body("the body came too slowly\n");
    };
    let Ok(Ok(body)) = body else {
        return text(
            StatusCode::BAD_REQUEST,
            "the body is too long or ended early\n",
        );
    };
    let Ok(answer) = web::block(move || watch.add_checkpoint(&body)).await else {
        return text(StatusCode::SERVICE_UNAVAILABLE, "the witness is stopping\n");
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status)
        .content_type(answer.content_type)
        .body(answer.body)
}

/// The path is the SHA-256 of the log's origin.
#[get("/{origin_hash}/checkpoint")]
async fn get_checkpoint(hash: web::Path<String>, watch: web::Data<Watch>) -> HttpResponse {
    match web::block(move || watch.checkpoint(&hash)).await {
        Ok(Ok(Some(note))) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(note),
        Ok(Ok(None)) => text(
            StatusCode::NOT_FOUND,
            "nothing was co-signed for this log\n",
        ),
        Ok(Err(error)) => {
            tracing::error!(%error, "the witness's memory cannot be read");
            text(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the memory cannot be read\n",
            )
        }
        Err(_) => text(StatusCode::SERVICE_UNAVAILABLE, "the witness is stopping\n"),
    }
}

#[get("/healthz")]
async fn get_healthz() -> HttpResponse {
    text(StatusCode::OK, "alive\n")
}

fn text(status: StatusCode, body: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(body)
}
