//! A chunked body that nobody read to its end (RFC 9112, 7.1). The server would go on reading it
//! after the answer, without an end if the client goes on sending, key or no key. So what is left
//! of it is held by the answer's body: the server then sees somebody who might still want it, says
//! `Connection: close`, and closes soon after the answer.
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _};
use futures_core::Stream;

/// The middleware.
pub(super) async fn hold<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Others announce their length, and the server knows what is left.
    if !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let rest = Rest::of(&mut request);
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(response.map_body(|_, body| rest.held_by(body)))
}

/// A chunked body on its way to a handler.
#[derive(Clone)]
struct Rest(Rc<Inner>);

struct Inner {
    payload: RefCell<Payload>,
    ended: Cell<bool>,
}

impl Rest {
    /// Takes the place of a request's body.
    fn of(request: &mut ServiceRequest) -> Self {
        let rest = Self(Rc::new(Inner {
            payload: RefCell::new(request.take_payload()),
            ended: Cell::new(false),
        }));
        request.set_payload(Payload::Stream {
            payload: Box::pin(rest.clone()),
        });
        rest
    }

    /// The answer's body, holding what was not read.
    fn held_by(self, body: BoxBody) -> BoxBody {
        if self.0.ended.get() {
            return body;
        }
        BoxBody::new(Holding { body, _rest: self })
    }
}

impl Stream for Rest {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let inner = &self.get_mut().0;
        let polled = Pin::new(&mut *inner.payload.borrow_mut()).poll_next(context);
        if matches!(polled, Poll::Ready(None)) {
            inner.ended.set(true);
        }
        polled
    }
}

struct Holding {
    body: BoxBody,
    _rest: Rest,
}

impl MessageBody for Holding {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
