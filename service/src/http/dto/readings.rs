//! Every reading of something, as columns. The answer is written piece by piece
//! (`http::columns`); what is here describes it.
use serde::Serialize;
use utoipa::ToSchema;

/// Every reading behind the cold chain of something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Readings)]
pub struct ReadingsDto {
    /// Canonical identifier of what they tell of: of several units under a paper the one whose cold
    /// chain the paper shows.
    pub id: String,
    /// Readings in all series together.
    pub count: usize,
    /// One for each logger and each thing it measured.
    pub series: Vec<ReadingSeriesDto>,
}

/// What one logger measured of one thing, oldest first. The columns are equally long.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReadingSeries)]
pub struct ReadingSeriesDto {
    /// The device.
    pub device: Option<String>,
    /// What it was measured on.
    pub shipment: String,
    /// When the first was taken, milliseconds since 1970 (UTC).
    pub from_ms: i64,
    /// How much later than the one before each was taken, milliseconds; the first is 0.
    pub steps_ms: Vec<i64>,
    /// Thousandths of a degree Celsius.
    pub milli_celsius: Vec<i32>,
}
