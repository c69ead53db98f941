//! The API's description (OpenAPI 3.1), collected from the handlers themselves, and the page that
//! shows it without asking anybody else's server.
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApiBuilder};
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::router;

const DESCRIPTION: &str = "Verify packs, follow them, prove it. Times are RFC 3339 in UTC, \
    temperatures degrees Celsius. Failures are application/problem+json (RFC 9457) with a stable \
    `code`. Every POST that records something takes an `Idempotency-Key`.";

/// The description as a document.
pub fn openapi() -> OpenApi {
    let schemes = ComponentsBuilder::new()
        .security_scheme(
            "bearer",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        )
        .security_scheme(
            "basic",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)),
        )
        .security_scheme(
            "api_key",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))),
        )
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-theriac"))),
        )
        .build();
    let none: [&str; 0] = [];
    let base = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Theriac")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(DESCRIPTION))
                .license(Some(
                    LicenseBuilder::new()
                        .name("Apache-2.0")
                        .identifier(Some("Apache-2.0"))
                        .build(),
                ))
                .build(),
        )
        .components(Some(schemes))
        .security(Some([
            SecurityRequirement::new("bearer", none),
            SecurityRequirement::new("basic", none),
            SecurityRequirement::new("api_key", none),
            SecurityRequirement::new("session", none),
        ]))
        .build();
    let (_, document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(base)
        .configure(router::api)
        .split_for_parts();
    document
}

/// The description as it is committed in `service/openapi.json`: JSON, indented, ending in a line
/// break.
pub fn openapi_json() -> String {
    let text = openapi().to_pretty_json().unwrap_or_default();
    format!("{text}\n")
}

/// The documentation page under `/api/docs/`.
pub(super) fn swagger() -> SwaggerUi {
    SwaggerUi::new("/api/docs/{_:.*}").config(Config::from("/api/openapi.json"))
}
