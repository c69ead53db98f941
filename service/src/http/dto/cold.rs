//! How warm something was.
use rules::ColdChainView;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::time_text;

/// How warm something was, judged against the storage condition of its product.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ColdChain)]
pub struct ColdChainDto {
    /// `within`, `excursion`, `indeterminate` or `no_data`.
    pub status: String,
    /// Storage condition.
    pub profile: Option<String>,
    /// Lowest permitted temperature.
    pub low_c: Option<f64>,
    /// Highest permitted temperature.
    pub high_c: Option<f64>,
    /// Worst mean kinetic temperature over the legal window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_c: Option<f64>,
    /// Why there is no such number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_refusal: Option<String>,
    /// Activation energy the mean was taken with, J/mol.
    pub activation_j_mol: f64,
    /// Time certainly outside the band, seconds.
    pub out_of_range_s: i64,
    /// Readings, oldest first.
    pub readings: Vec<ReadingDto>,
    /// Unwatched time.
    pub gaps: Vec<GapDto>,
    /// Stays outside the band.
    pub excursions: Vec<ExcursionDto>,
}

/// One reading.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Reading)]
pub struct ReadingDto {
    /// When.
    pub t: String,
    /// Degrees Celsius, three decimals.
    pub c: f64,
    /// The device.
    pub device: Option<String>,
    /// What it was measured on.
    pub shipment: String,
}

/// Unwatched time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Gap)]
pub struct GapDto {
    /// Last moment watched.
    pub from: String,
    /// First moment watched again.
    pub to: String,
}

/// A stay outside the band.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Excursion)]
pub struct ExcursionDto {
    /// When the band was left.
    pub from: String,
    /// When it was entered again.
    pub to: String,
    /// The reading farthest outside.
    pub peak_c: f64,
    /// Time certainly outside, seconds.
    pub seconds: i64,
}

impl From<ColdChainView> for ColdChainDto {
    fn from(it: ColdChainView) -> Self {
        let reading = |it: rules::views::cold::ReadingView| ReadingDto {
            t: time_text(it.t),
            c: it.c,
            device: it.device,
            shipment: it.shipment,
        };
        let excursion = |it: rules::views::cold::ExcursionView| ExcursionDto {
            from: time_text(it.from),
            to: time_text(it.to),
            peak_c: it.peak_c,
            seconds: it.seconds,
        };
        let gap = |it: rules::views::cold::GapView| GapDto {
            from: time_text(it.from),
            to: time_text(it.to),
        };
        Self {
            status: it.status,
            profile: it.profile,
            low_c: it.low_c,
            high_c: it.high_c,
            mkt_c: it.mkt_c,
            mkt_refusal: it.mkt_refusal,
            activation_j_mol: it.activation_j_mol,
            out_of_range_s: it.out_of_range_s,
            readings: it.readings.into_iter().map(reading).collect(),
            gaps: it.gaps.into_iter().map(gap).collect(),
            excursions: it.excursions.into_iter().map(excursion).collect(),
        }
    }
}
