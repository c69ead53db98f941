//! Every reading of a pack or a shipment, as columns or as a table.
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Parameters;
use crate::app::failure::Failure;
use crate::app::readings::{self, Readings};
use crate::auth::actions;
use crate::http::body::blocking;
use crate::http::cached;
use crate::http::columns::{Columns, Form, hash};
use crate::http::dto::readings::ReadingsDto;
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::negotiate;
use crate::node::Node;

/// Mounts the routes.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_shipment_readings)
        .service(get_pack_readings);
}

macro_rules! readings {
    ($name:ident, $of:path, $path:literal) => {
        /// Every reading behind the cold chain, as columns, or (`Accept: text/csv`) as rows
        ///
        /// Never thinned, unlike `cold_chain.readings`. The rows are `time_utc,celsius,device,
        /// shipment`, series by series. `If-None-Match` is heeded. More than 10,000,000 are refused
        /// (413); each is in its event, too.
        #[utoipa::path(
            tag = "packs",
            params(("id" = String, Path, description = "Any form of the identifier, \
                percent-encoded")),
            responses(
                (status = 200, content((ReadingsDto = "application/json"), (String = "text/csv"))),
                (status = 304, description = "It is the one of `If-None-Match`"),
                (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
            )
        )]
        #[get($path)]
        pub(crate) async fn $name(
            guard: Guarded<actions::Query>,
            request: HttpRequest,
            id: web::Path<String>,
            node: web::Data<Node>,
        ) -> Result<HttpResponse, Problem> {
            Parameters::of(&request, &[])?;
            let found = move || $of(&node, &guard.0, &id);
            answer(&request, found).await
        }
    };
}

readings!(
    get_shipment_readings,
    readings::of_shipment,
    "/api/v1/shipments/{id}/readings"
);
readings!(
    get_pack_readings,
    readings::of_pack,
    "/api/v1/packs/{id}/readings"
);

async fn answer(
    request: &HttpRequest,
    found: impl FnOnce() -> Result<Readings, Failure> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let accept = negotiate::list(request, header::ACCEPT.as_str())?;
    let form = if negotiate::wants_csv(accept.as_deref()) {
        Form::Csv
    } else {
        Form::Json
    };
    let (hash, readings) = blocking(move || {
        let found = found()?;
        Ok((hash(&found, form), found))
    })
    .await?;
    let columns = Columns::new(readings, form);
    let mut answer = cached::answer(request, &hash, form.media(), columns);
    let vary = header::HeaderValue::from_static("accept");
    answer.headers_mut().insert(header::VARY, vary);
    Ok(answer)
}
