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
    /// The legal window that number was taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_window: Option<GapDto>,
    /// Between what it lies where part of the time was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_bounds: Option<MktBoundsDto>,
    /// Why there is no such number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_refusal: Option<String>,
    /// Activation energy the mean was taken with, J/mol.
    pub activation_j_mol: f64,
    /// Time certainly outside the band, seconds.
    pub out_of_range_s: i64,
    /// Readings, oldest first, at most 5,000: of more, those of each logger that show its shape.
    pub readings: Vec<ReadingDto>,
    /// How many readings there are in all; `/readings` of the pack or shipment gives every one.
    pub readings_total: usize,
    /// Unwatched time.
    pub gaps: Vec<GapDto>,
    /// Stays outside the band.
    pub excursions: Vec<ExcursionDto>,
    /// What has been spent of the product's budget over its whole life, all owners together.
    pub budget: Vec<BudgetDto>,
    /// Each logger: its own verdict, ours, and its calibration.
    pub loggers: Vec<LoggerDto>,
}

/// Between what the mean kinetic temperature lies where nobody measured.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MktBounds)]
pub struct MktBoundsDto {
    /// Had every gap kept the last temperature before it.
    pub held_c: f64,
    /// Had every gap gone to ambient.
    pub ambient_c: f64,
    /// What ambient was supposed to be.
    pub supposed_ambient_c: f64,
}

/// What has been spent of an allowance for the whole life.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Budget)]
pub struct BudgetDto {
    /// `bands`, `equivalent` or `vvm`.
    pub measure: String,
    /// Share spent for certain; none when a temperature was met that no band covers.
    pub spent_least: Option<f64>,
    /// Share that may have been spent, with what nobody measured at its worst.
    pub spent_most: Option<f64>,
    /// It is spent.
    pub exhausted: bool,
    /// Time in each band.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandDto>,
}

/// Time in one band of a budget.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BudgetBand)]
pub struct BandDto {
    /// Above this, degrees Celsius.
    pub above_c: f64,
    /// Up to this, degrees Celsius.
    pub up_to_c: f64,
    /// Time allowed over the whole life, seconds.
    pub allowed_s: i64,
    /// Time spent for certain, seconds.
    pub spent_s: i64,
    /// Time that may have been spent, seconds.
    pub spent_most_s: i64,
}

/// One logger: what it would have said itself, and what we say.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Logger)]
pub struct LoggerDto {
    /// Its id.
    pub device: Option<String>,
    /// Calibration over the time of its readings: `valid`, `lapsed` or `unknown`.
    pub calibration: String,
    /// Programmed interval, seconds.
    pub interval_s: i64,
    /// The kinetic mean as a device prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_mkt_c: Option<f64>,
    /// The kinetic mean by trapezoids in the rate domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_c: Option<f64>,
    /// Alarms of the storage condition.
    pub alarms: Vec<AlarmDto>,
}

/// One alarm, as the device counts it and as we do.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Alarm)]
pub struct AlarmDto {
    /// `above` or `below`.
    pub side: String,
    /// `single` or `cumulative`.
    pub kind: String,
    /// The limit, degrees Celsius.
    pub limit_c: f64,
    /// Time allowed, seconds.
    pub allowed_s: i64,
    /// The device would have alarmed.
    pub device: bool,
    /// We alarm.
    pub ours: bool,
    /// Time beyond the limit as we count it, seconds.
    pub beyond_s: i64,
    /// The least that the sampling allows, seconds.
    pub beyond_least_s: i64,
    /// The most, seconds.
    pub beyond_most_s: i64,
}

impl From<rules::views::cold::BudgetView> for BudgetDto {
    fn from(it: rules::views::cold::BudgetView) -> Self {
        let band = |it: rules::views::cold::BandView| BandDto {
            above_c: it.above_c,
            up_to_c: it.up_to_c,
            allowed_s: it.allowed_s,
            spent_s: it.spent_s,
            spent_most_s: it.spent_most_s,
        };
        Self {
            measure: it.measure,
            spent_least: it.spent_least,
            spent_most: it.spent_most,
            exhausted: it.exhausted,
            bands: it.bands.into_iter().map(band).collect(),
        }
    }
}

impl From<rules::views::cold::LoggerView> for LoggerDto {
    fn from(it: rules::views::cold::LoggerView) -> Self {
        let alarm = |it: rules::views::cold::AlarmView| AlarmDto {
            side: it.side,
            kind: it.kind,
            limit_c: it.limit_c,
            allowed_s: it.allowed_s,
            device: it.device,
            ours: it.ours,
            beyond_s: it.beyond_s,
            beyond_least_s: it.beyond_least_s,
            beyond_most_s: it.beyond_most_s,
        };
        Self {
            device: it.device,
            calibration: it.calibration,
            interval_s: it.interval_s,
            device_mkt_c: it.device_mkt_c,
            mkt_c: it.mkt_c,
            alarms: it.alarms.into_iter().map(alarm).collect(),
        }
    }
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
            mkt_window: it.mkt_window.map(|it| GapDto {
                from: time_text(it.from),
                to: time_text(it.to),
            }),
            mkt_bounds: it.mkt_bounds.map(|it| MktBoundsDto {
                held_c: it.held_c,
                ambient_c: it.ambient_c,
                supposed_ambient_c: it.supposed_ambient_c,
            }),
            mkt_refusal: it.mkt_refusal,
            activation_j_mol: it.activation_j_mol,
            out_of_range_s: it.out_of_range_s,
            readings: it.readings.into_iter().map(reading).collect(),
            readings_total: it.readings_total,
            gaps: it.gaps.into_iter().map(gap).collect(),
            excursions: it.excursions.into_iter().map(excursion).collect(),
            budget: it.budget.into_iter().map(BudgetDto::from).collect(),
            loggers: it.loggers.into_iter().map(LoggerDto::from).collect(),
        }
    }
}
