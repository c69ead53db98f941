//! Devices and their health. How one is registered is in `manage`, how it enrols in `invitations`.
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::Parameters;
use crate::app::devices::{self, Wanted};
use crate::app::failure::Code;
use crate::auth::actions;
use crate::http::body::{answer, blocking};
use crate::http::dto::device::DevicesDto;
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::limits::DEVICES_PAGE_MAX;
use crate::node::Node;

/// Devices with their health: one's own, or all for who sees everything
#[utoipa::path(
    tag = "registry",
    params(
        ("attention" = Option<bool>, Query, description = "`true` for those that need attention"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("per_page" = Option<usize>, Query, description = "1 to 1,000; 1,000 without")
    ),
    responses(
        (status = 200, body = DevicesDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/devices")]
pub(crate) async fn get_devices(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["attention", "after", "per_page"])?;
    let attention = match parameters.text("attention") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            let text = "attention is true or false";
            return Err(Problem::new(Code::QueryParameter, text));
        }
    };
    let wanted = Wanted {
        attention,
        after: parameters.text("after").map(ToOwned::to_owned),
        count: parameters.number("per_page")?.unwrap_or(DEVICES_PAGE_MAX),
    };
    let page = blocking(move || devices::devices(&node, &guard.0, &wanted)).await?;
    Ok(answer(&DevicesDto::from(page)))
}
