//! The table of application identifiers: every one of the GS1 Barcode Syntax Dictionary with its
//! format, the rules of its components, what it needs beside it and what it excludes.
//!
//! A row is one AI, or a run of AIs that differ only in their last digit.

use super::part::{
    COUNTRY, CURRENCY, DATE, DATE_OR_MONTH, GTIN, KEY_13, KEY_17, KEY_18, LONG_DATE, SSCC, TIME,
    must, n, n_to, opt, x, x_to, y_to, z_to,
};
use super::rule::{ATTR, FIXED, OPEN, PATH, Rule, chains_of, digits, first_of};
use crate::linter::Linter::{
    CouponCode, CouponPosOffer, CsumAlpha, GcpPos1, HasNonDigit, Hh, Hyphen, Iban, ImporterIdx,
    Iso3166Alpha2, Iso3166Or999, Iso5218, Latitude, Longitude, MediaType, Mi, NoZeroPrefix,
    NonZero, PackageType, PcEnc, PieceOfTotal, PosInSeqSlash, Ss, Winding, YesNo, Zero,
};

macro_rules! rows {
    ($($first:literal $(..= $last:literal)? $len:ident $place:ident [$($part:expr),+]
        $(needs $needs:tt)? $(not $excludes:literal)? $(key $chains:tt)? => $title:literal;)+) => {
        &[$(Rule {
            width: $first.len(),
            first: digits($first),
            last: digits(first_of(&[$($last,)? $first])),
            title: $title,
            parts: &[$($part),+],
            fixed: $len,
            attribute: $place,
            needs: first_of(&[$($needs,)? ""]),
            excludes: first_of(&[$($excludes,)? ""]),
            chains: chains_of(&[$(&$chains)?]),
        }),+]
    };
}

const ITEM: &str = "01,02,03,8006,8026";
const ONE_ITEM: &str = "01,03,8006";
const ITEM_OR_CONTENT: &str = "01,02,03";
const CONTENT: &str = "01,02";
const GTIN_ONLY: &str = "01";
const SERIALISED: &str = "01+21,03+21,8006+21";
const UNIT: &str = "00";
const UNIT_OR_ITEM: &str = "00,01";
const ITEM_OR_ASSET: &str = "01,8004";
const RELATION: &str = "8017,8018";
const RECIPIENT: &str = "8018";

/// In the order of the digits, so that those with the same first two are neighbours.
pub(super) const TABLE: &[Rule] = rows! {
    "00" FIXED ATTR [SSCC] key [] => "SSCC";
    "01" FIXED ATTR [GTIN] not "255,37" key ["22,10,21", "235"] => "GTIN";
    "02" FIXED ATTR [GTIN] needs "37" not "01,03" => "CONTENT";
    "03" FIXED PATH [GTIN] not "01,02,37,235" => "MTO GTIN";
    "10" OPEN ATTR [x_to(20)] needs ITEM => "BATCH/LOT";
    "11" FIXED ATTR [DATE_OR_MONTH] needs ITEM => "PROD DATE";
    "12" FIXED ATTR [DATE_OR_MONTH] needs "8020" => "DUE DATE";
    "13" FIXED ATTR [DATE_OR_MONTH] needs ITEM => "PACK DATE";
    "15" FIXED ATTR [DATE_OR_MONTH] needs ITEM => "BEST BEFORE or BEST BY";
    "16" FIXED ATTR [DATE_OR_MONTH] needs ITEM => "SELL BY";
    "17" FIXED ATTR [DATE_OR_MONTH] needs "01,02,03,255,8006,8026" => "USE BY or EXPIRY";
    "20" FIXED ATTR [n(2)] needs ITEM => "VARIANT";
    "21" OPEN PATH [x_to(20)] needs ONE_ITEM not "235" => "SERIAL";
    "22" OPEN PATH [x_to(20)] needs GTIN_ONLY => "CPV";
    "235" OPEN PATH [x_to(28)] needs GTIN_ONLY => "TPX";
    "240" OPEN ATTR [x_to(30)] needs ITEM => "ADDITIONAL ID";
    "241" OPEN ATTR [x_to(30)] needs ITEM => "CUST. PART No.";
    "242" OPEN ATTR [n_to(6)] needs "01,02,8006,8026" => "MTO VARIANT";
    "243" OPEN ATTR [x_to(20)] needs "01,03" => "PCN";
    "250" OPEN ATTR [x_to(30)] needs SERIALISED => "SECONDARY SERIAL";
    "251" OPEN ATTR [x_to(30)] needs ONE_ITEM => "REF. TO SOURCE";
    "253" OPEN ATTR [KEY_13, opt(x_to(17))] key [] => "GDTI";
    "254" OPEN PATH [x_to(20)] needs "414" => "GLN EXTENSION COMPONENT";
    "255" OPEN ATTR [KEY_13, opt(n_to(12))] not "01,02,415,8006,8020,8026" key [] => "GCN";
    "30" OPEN ATTR [n_to(8)] needs CONTENT => "VAR. COUNT";
    "3100"..="3105" FIXED ATTR [n(6)] needs CONTENT not "310n" => "NET WEIGHT (kg)";
    "3110"..="3115" FIXED ATTR [n(6)] needs CONTENT not "311n" => "LENGTH (m)";
    "3120"..="3125" FIXED ATTR [n(6)] needs CONTENT not "312n" => "WIDTH (m)";
    "3130"..="3135" FIXED ATTR [n(6)] needs CONTENT not "313n" => "HEIGHT (m)";
    "3140"..="3145" FIXED ATTR [n(6)] needs CONTENT not "314n" => "AREA (m\u{b2})";
    "3150"..="3155" FIXED ATTR [n(6)] needs CONTENT not "315n" => "NET VOLUME (l)";
    "3160"..="3165" FIXED ATTR [n(6)] needs CONTENT not "316n" => "NET VOLUME (m\u{b3})";
    "3200"..="3205" FIXED ATTR [n(6)] needs CONTENT not "320n" => "NET WEIGHT (lb)";
    "3210"..="3215" FIXED ATTR [n(6)] needs CONTENT not "321n" => "LENGTH (in)";
    "3220"..="3225" FIXED ATTR [n(6)] needs CONTENT not "322n" => "LENGTH (ft)";
    "3230"..="3235" FIXED ATTR [n(6)] needs CONTENT not "323n" => "LENGTH (yd)";
    "3240"..="3245" FIXED ATTR [n(6)] needs CONTENT not "324n" => "WIDTH (in)";
    "3250"..="3255" FIXED ATTR [n(6)] needs CONTENT not "325n" => "WIDTH (ft)";
    "3260"..="3265" FIXED ATTR [n(6)] needs CONTENT not "326n" => "WIDTH (yd)";
    "3270"..="3275" FIXED ATTR [n(6)] needs CONTENT not "327n" => "HEIGHT (in)";
    "3280"..="3285" FIXED ATTR [n(6)] needs CONTENT not "328n" => "HEIGHT (ft)";
    "3290"..="3295" FIXED ATTR [n(6)] needs CONTENT not "329n" => "HEIGHT (yd)";
    "3300"..="3305" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "330n" => "GROSS WEIGHT (kg)";
    "3310"..="3315" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "331n" => "LENGTH (m), log";
    "3320"..="3325" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "332n" => "WIDTH (m), log";
    "3330"..="3335" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "333n" => "HEIGHT (m), log";
    "3340"..="3345" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "334n" => "AREA (m\u{b2}), log";
    "3350"..="3355" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "335n" => "VOLUME (l), log";
    "3360"..="3365" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "336n" => "VOLUME (m\u{b3}), log";
    "3370"..="3375" FIXED ATTR [n(6)] needs GTIN_ONLY not "337n" => "KG PER m\u{b2}";
    "3400"..="3405" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "340n" => "GROSS WEIGHT (lb)";
    "3410"..="3415" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "341n" => "LENGTH (in), log";
    "3420"..="3425" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "342n" => "LENGTH (ft), log";
    "3430"..="3435" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "343n" => "LENGTH (yd), log";
    "3440"..="3445" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "344n" => "WIDTH (in), log";
    "3450"..="3455" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "345n" => "WIDTH (ft), log";
    "3460"..="3465" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "346n" => "WIDTH (yd), log";
    "3470"..="3475" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "347n" => "HEIGHT (in), log";
    "3480"..="3485" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "348n" => "HEIGHT (ft), log";
    "3490"..="3495" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "349n" => "HEIGHT (yd), log";
    "3500"..="3505" FIXED ATTR [n(6)] needs CONTENT not "350n" => "AREA (in\u{b2})";
    "3510"..="3515" FIXED ATTR [n(6)] needs CONTENT not "351n" => "AREA (ft\u{b2})";
    "3520"..="3525" FIXED ATTR [n(6)] needs CONTENT not "352n" => "AREA (yd\u{b2})";
    "3530"..="3535" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "353n" => "AREA (in\u{b2}), log";
    "3540"..="3545" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "354n" => "AREA (ft\u{b2}), log";
    "3550"..="3555" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "355n" => "AREA (yd\u{b2}), log";
    "3560"..="3565" FIXED ATTR [n(6)] needs CONTENT not "356n" => "NET WEIGHT (tr oz)";
    "3570"..="3575" FIXED ATTR [n(6)] needs CONTENT not "357n" => "NET VOLUME (oz)";
    "3600"..="3605" FIXED ATTR [n(6)] needs CONTENT not "360n" => "NET VOLUME (qt (US))";
    "3610"..="3615" FIXED ATTR [n(6)] needs CONTENT not "361n" => "NET VOLUME (gal.)";
    "3620"..="3625" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "362n" => "VOLUME (qt (US)), log";
    "3630"..="3635" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "363n" => "VOLUME (gal (US)), log";
    "3640"..="3645" FIXED ATTR [n(6)] needs CONTENT not "364n" => "NET VOLUME (in\u{b3})";
    "3650"..="3655" FIXED ATTR [n(6)] needs CONTENT not "365n" => "NET VOLUME (ft\u{b3})";
    "3660"..="3665" FIXED ATTR [n(6)] needs CONTENT not "366n" => "NET VOLUME (yd\u{b3})";
    "3670"..="3675" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "367n" => "VOLUME (in\u{b3}), log";
    "3680"..="3685" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "368n" => "VOLUME (ft\u{b3}), log";
    "3690"..="3695" FIXED ATTR [n(6)] needs UNIT_OR_ITEM not "369n" => "VOLUME (yd\u{b3}), log";
    "37" OPEN ATTR [n_to(8)] needs "00+02,00+8026" => "COUNT";
    "3900"..="3909" OPEN ATTR [n_to(15)] needs "255,8020" not "390n,391n,394n,8111" => "AMOUNT";
    "3910"..="3919" OPEN ATTR [CURRENCY, n_to(15)] needs "8020" not "391n" => "AMOUNT";
    "3920"..="3929" OPEN ATTR [n_to(15)]
        needs "01+30,01+31nn,01+32nn,01+35nn,01+36nn" not "392n,393n" => "PRICE";
    "3930"..="3939" OPEN ATTR [CURRENCY, n_to(15)]
        needs "30,31nn,32nn,35nn,36nn" not "393n" => "PRICE";
    "3940"..="3943" OPEN ATTR [n(4)] needs "255" not "394n,8111" => "PRCNT OFF";
    "3950"..="3955" OPEN ATTR [n(6)]
        needs "30,31nn,32nn,35nn,36nn" not "392n,393n,395n,8005" => "PRICE/UoM";
    "400" OPEN ATTR [x_to(30)] => "ORDER NUMBER";
    "401" OPEN ATTR [must(x_to(30), &[GcpPos1])] key [] => "GINC";
    "402" OPEN ATTR [KEY_17] key [] => "GSIN";
    "403" OPEN ATTR [x_to(30)] needs UNIT => "ROUTE";
    "410" FIXED ATTR [KEY_13] => "SHIP TO LOC";
    "411" FIXED ATTR [KEY_13] => "BILL TO";
    "412" FIXED ATTR [KEY_13] => "PURCHASE FROM";
    "413" FIXED ATTR [KEY_13] => "SHIP FOR LOC";
    "414" FIXED ATTR [KEY_13] key ["254", "7040"] => "LOC No.";
    "415" FIXED ATTR [KEY_13] needs "8020" key ["8020"] => "PAY TO";
    "416" FIXED ATTR [KEY_13] => "PROD/SERV LOC";
    "417" FIXED ATTR [KEY_13] key ["7040"] => "PARTY";
    "420" OPEN ATTR [x_to(20)] not "421" => "SHIP TO POST";
    "421" OPEN ATTR [COUNTRY, x_to(9)] not "4307" => "SHIP TO POST";
    "422" OPEN ATTR [COUNTRY] needs ITEM not "426" => "ORIGIN";
    "423" OPEN ATTR [COUNTRY, opt(COUNTRY), opt(COUNTRY), opt(COUNTRY), opt(COUNTRY)]
        needs ITEM_OR_CONTENT not "426" => "COUNTRY - INITIAL PROCESS";
    "424" OPEN ATTR [COUNTRY] needs ITEM_OR_CONTENT not "426" => "COUNTRY - PROCESS";
    "425" OPEN ATTR [COUNTRY, opt(COUNTRY), opt(COUNTRY), opt(COUNTRY), opt(COUNTRY)]
        needs ITEM_OR_CONTENT not "426" => "COUNTRY - DISASSEMBLY";
    "426" OPEN ATTR [COUNTRY] needs ITEM_OR_CONTENT => "COUNTRY - FULL PROCESS";
    "427" OPEN ATTR [x_to(3)] needs "01+422,02+422,03+422" => "ORIGIN SUBDIVISION";
    "4300" OPEN ATTR [must(x_to(35), &[PcEnc])] needs UNIT => "SHIP TO COMP";
    "4301" OPEN ATTR [must(x_to(35), &[PcEnc])] needs UNIT => "SHIP TO NAME";
    "4302" OPEN ATTR [must(x_to(70), &[PcEnc])] needs UNIT => "SHIP TO ADD1";
    "4303" OPEN ATTR [must(x_to(70), &[PcEnc])] needs "4302" => "SHIP TO ADD2";
    "4304" OPEN ATTR [must(x_to(70), &[PcEnc])] needs UNIT => "SHIP TO SUB";
    "4305" OPEN ATTR [must(x_to(70), &[PcEnc])] needs UNIT => "SHIP TO LOC";
    "4306" OPEN ATTR [must(x_to(70), &[PcEnc])] needs UNIT => "SHIP TO REG";
    "4307" OPEN ATTR [must(x(2), &[Iso3166Alpha2])] needs UNIT => "SHIP TO COUNTRY";
    "4308" OPEN ATTR [x_to(30)] needs UNIT => "SHIP TO PHONE";
    "4309" OPEN ATTR [must(n(10), &[Latitude]), must(n(10), &[Longitude])]
        needs UNIT => "SHIP TO GEO";
    "4310" OPEN ATTR [must(x_to(35), &[PcEnc])] needs UNIT => "RTN TO COMP";
    "4311" OPEN ATTR [must(x_to(35), &[PcEnc])] needs UNIT => "RTN TO NAME";
    "4312" OPEN ATTR [must(x_to(70), &[PcEnc])] needs UNIT => "RTN TO ADD1";
    "4313" OPEN ATTR [must(x_to(70), &[PcEnc])] needs "4312" => "RTN TO ADD2";
    "4314" OPEN ATTR [must(x_to(70), &[PcEnc])] needs UNIT => "RTN TO SUB";
    "4315" OPEN ATTR [must(x_to(70), &[PcEnc])] needs UNIT => "RTN TO LOC";
    "4316" OPEN ATTR [must(x_to(70), &[PcEnc])] needs UNIT => "RTN TO REG";
    "4317" OPEN ATTR [must(x(2), &[Iso3166Alpha2])] needs UNIT => "RTN TO COUNTRY";
    "4318" OPEN ATTR [x_to(20)] needs UNIT => "RTN TO POST";
    "4319" OPEN ATTR [x_to(30)] needs UNIT => "RTN TO PHONE";
    "4320" OPEN ATTR [must(x_to(35), &[PcEnc])] needs UNIT => "SRV DESCRIPTION";
    "4321" OPEN ATTR [must(n(1), &[YesNo])] needs UNIT => "DANGEROUS GOODS";
    "4322" OPEN ATTR [must(n(1), &[YesNo])] needs UNIT => "AUTH TO LEAVE";
    "4323" OPEN ATTR [must(n(1), &[YesNo])] needs UNIT => "SIG REQUIRED";
    "4324" OPEN ATTR [DATE_OR_MONTH, TIME] needs UNIT => "NOT BEF DEL DT";
    "4325" OPEN ATTR [DATE_OR_MONTH, TIME] needs UNIT => "NOT AFT DEL DT";
    "4326" OPEN ATTR [DATE] needs UNIT => "REL DATE";
    "4330" OPEN ATTR [n(6), opt(must(x(1), &[Hyphen]))] needs UNIT not "4331" => "MAX TEMP F.";
    "4331" OPEN ATTR [n(6), opt(must(x(1), &[Hyphen]))] needs UNIT not "4330" => "MAX TEMP C.";
    "4332" OPEN ATTR [n(6), opt(must(x(1), &[Hyphen]))] needs UNIT not "4333" => "MIN TEMP F.";
    "4333" OPEN ATTR [n(6), opt(must(x(1), &[Hyphen]))] needs UNIT not "4332" => "MIN TEMP C.";
    "7001" OPEN ATTR [n(13)] needs "01,02,8006,8026" => "NSN";
    "7002" OPEN ATTR [x_to(30)] needs CONTENT => "MEAT CUT";
    "7003" OPEN ATTR [DATE, TIME] needs ITEM_OR_CONTENT => "EXPIRY TIME";
    "7004" OPEN ATTR [n_to(4)] needs "01+10,03+10" => "ACTIVE POTENCY";
    "7005" OPEN ATTR [x_to(12)] needs CONTENT => "CATCH AREA";
    "7006" OPEN ATTR [DATE] needs CONTENT => "FIRST FREEZE DATE";
    "7007" OPEN ATTR [DATE, opt(DATE)] needs CONTENT => "HARVEST DATE";
    "7008" OPEN ATTR [x_to(3)] needs CONTENT => "AQUATIC SPECIES";
    "7009" OPEN ATTR [x_to(10)] needs CONTENT => "FISHING GEAR TYPE";
    "7010" OPEN ATTR [x_to(2)] needs ITEM_OR_CONTENT => "PROD METHOD";
    "7011" OPEN ATTR [DATE, opt(TIME)] needs ITEM_OR_CONTENT => "TEST BY DATE";
    "7020" OPEN ATTR [x_to(20)] needs "01+416,03+416,8006+416" => "REFURB LOT";
    "7021" OPEN ATTR [x_to(20)] needs ONE_ITEM => "FUNC STAT";
    "7022" OPEN ATTR [x_to(20)] needs "01+7021,03+7021,8006+7021" => "REV STAT";
    "7023" OPEN ATTR [must(x_to(30), &[GcpPos1])] => "GIAI - ASSEMBLY";
    "7030" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 0";
    "7031" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 1";
    "7032" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 2";
    "7033" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 3";
    "7034" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 4";
    "7035" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 5";
    "7036" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 6";
    "7037" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 7";
    "7038" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 8";
    "7039" OPEN ATTR [must(n(3), &[Iso3166Or999]), x_to(27)] needs CONTENT => "PROCESSOR # 9";
    "7040" OPEN PATH [n(1), x(1), x(1), must(x(1), &[ImporterIdx])] => "UIC+EXT";
    "7041" OPEN PATH [must(x_to(4), &[PackageType])] needs UNIT => "UFRGT UNIT TYPE";
    "710" OPEN ATTR [x_to(20)] needs GTIN_ONLY => "NHRN PZN";
    "711" OPEN ATTR [x_to(20)] needs GTIN_ONLY => "NHRN CIP";
    "712" OPEN ATTR [x_to(20)] needs GTIN_ONLY => "NHRN CN";
    "713" OPEN ATTR [x_to(20)] needs GTIN_ONLY => "NHRN DRN";
    "714" OPEN ATTR [x_to(20)] needs GTIN_ONLY => "NHRN AIM";
    "715" OPEN ATTR [x_to(20)] needs GTIN_ONLY => "NHRN NDC";
    "716" OPEN ATTR [x_to(20)] needs GTIN_ONLY => "NHRN AIC";
    "717" OPEN ATTR [x_to(20)] needs GTIN_ONLY => "NHRN SRN";
    "7230" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 1";
    "7231" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 2";
    "7232" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 3";
    "7233" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 4";
    "7234" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 5";
    "7235" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 6";
    "7236" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 7";
    "7237" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 8";
    "7238" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 9";
    "7239" OPEN ATTR [x(2), x_to(28)] needs ITEM_OR_ASSET => "CERT # 10";
    "7240" OPEN ATTR [x_to(20)] needs "01,8006" not "03" => "PROTOCOL";
    "7241" OPEN ATTR [must(n(2), &[MediaType])] needs RELATION => "AIDC MEDIA TYPE";
    "7242" OPEN ATTR [x_to(25)] needs RELATION => "VCN";
    "7250" OPEN ATTR [LONG_DATE] needs RECIPIENT not "7251" => "DOB";
    "7251" OPEN ATTR [LONG_DATE, TIME] needs RECIPIENT not "7250" => "DOB TIME";
    "7252" OPEN ATTR [must(n(1), &[Iso5218])] needs RECIPIENT => "BIO SEX";
    "7253" OPEN ATTR [must(x_to(40), &[PcEnc])] needs RELATION not "7256,7259" => "FAMILY NAME";
    "7254" OPEN ATTR [must(x_to(40), &[PcEnc])] needs RELATION not "7256,7259" => "GIVEN NAME";
    "7255" OPEN ATTR [x_to(10)] needs RELATION not "7256,7259" => "SUFFIX";
    "7256" OPEN ATTR [must(x_to(90), &[PcEnc])] needs RELATION => "FULL NAME";
    "7257" OPEN ATTR [must(x_to(70), &[PcEnc])] needs RECIPIENT => "PERSON ADDR";
    "7258" OPEN ATTR [must(x(3), &[PosInSeqSlash])] needs "8018+7259" => "BIRTH SEQUENCE";
    "7259" OPEN ATTR [must(x_to(40), &[PcEnc])] needs RECIPIENT not "7256" => "BABY";
    "8001" OPEN ATTR [
        must(n(4), &[NonZero]), must(n(5), &[NonZero]), must(n(3), &[NonZero]),
        must(n(1), &[Winding]), n(1)
    ] needs GTIN_ONLY => "DIMENSIONS";
    "8002" OPEN ATTR [x_to(20)] => "CMT No.";
    "8003" OPEN ATTR [must(n(1), &[Zero]), KEY_13, opt(x_to(16))] key [] => "GRAI";
    "8004" OPEN ATTR [must(x_to(30), &[GcpPos1])] key ["7040"] => "GIAI";
    "8005" OPEN ATTR [n(6)] needs CONTENT => "PRICE PER UNIT";
    "8006" OPEN ATTR [GTIN, must(n(4), &[PieceOfTotal])] not "01,03,37" key ["22,10,21"]
        => "ITIP";
    "8007" OPEN ATTR [must(x_to(34), &[Iban])] needs "415" => "IBAN";
    "8008" OPEN ATTR [DATE, must(n(2), &[Hh]), opt(must(n(2), &[Mi])), opt(must(n(2), &[Ss]))]
        needs ITEM_OR_CONTENT => "PROD TIME";
    "8009" OPEN ATTR [x_to(50)] needs "00,01,03" => "OPTSEN";
    "8010" OPEN ATTR [must(y_to(30), &[GcpPos1])] key ["8011"] => "CPID";
    "8011" OPEN PATH [must(n_to(12), &[NoZeroPrefix])] needs "8010" => "CPID SERIAL";
    "8012" OPEN ATTR [x_to(20)] needs ONE_ITEM => "VERSION";
    "8013" OPEN ATTR [must(x_to(25), &[CsumAlpha, GcpPos1])] key [] => "GMN";
    "8014" OPEN PATH [must(x_to(25), &[CsumAlpha, GcpPos1, HasNonDigit])] needs GTIN_ONLY => "MUDI";
    "8017" OPEN ATTR [KEY_18] not "8018" key ["8019"] => "GSRN - PROVIDER";
    "8018" OPEN ATTR [KEY_18] not "8017" key ["8019"] => "GSRN - RECIPIENT";
    "8019" OPEN PATH [n_to(10)] needs RELATION => "SRIN";
    "8020" OPEN PATH [x_to(25)] needs "415" => "REF No.";
    "8026" OPEN ATTR [GTIN, must(n(4), &[PieceOfTotal])]
        needs "37" not "02,03,8006" => "ITIP CONTENT";
    "8030" OPEN ATTR [z_to(90)]
        needs "00,01+21,03+21,253,255,8003,8004,8006+21,8010+8011,8017,8018" => "DIGSIG";
    "8040" OPEN PATH [n(15)] needs "01+21" => "IMEI";
    "8041" OPEN PATH [n(15)] needs "01+21+8040" => "IMEI2";
    "8042" OPEN PATH [n(32)] needs "01+21+8040" => "ESIM";
    "8043" OPEN PATH [n(18), opt(n_to(2))] needs "01+21+8040" => "PSIM";
    "8110" OPEN ATTR [must(x_to(70), &[CouponCode])] => "";
    "8111" OPEN ATTR [n(4)] needs "255" => "POINTS";
    "8112" OPEN ATTR [must(x_to(70), &[CouponPosOffer])] => "";
    "8200" OPEN PATH [x_to(70)] needs GTIN_ONLY => "PRODUCT URL";
    "90" OPEN ATTR [x_to(30)] => "INTERNAL";
    "91"..="99" OPEN ATTR [x_to(90)] => "INTERNAL";
};
