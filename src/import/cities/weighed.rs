//! A city with what it is weighed by against others.

use crate::import::rows::Draft;
use crate::model::AliasKind;

/// A draft, with where it lies and how many people it has.
pub(super) struct Weighed {
    pub draft: Draft,
    /// GeoNames ID.
    pub geonames: u64,
    pub people: u64,
    pub at: Point,
    /// First-order administrative division, as GeoNames codes it.
    pub province: String,
}

impl Weighed {
    /// Whether GeoNames knows the province; `00` says that it does not.
    pub fn has_province(&self) -> bool {
        !matches!(self.province.as_str(), "" | "00")
    }

    /// The Arabic name that is shown.
    pub fn arabic(&self) -> Option<&str> {
        let names = self.draft.names.iter();
        names
            .filter(|name| name.lang == "ar" && name.kind == AliasKind::Preferred)
            .map(|name| name.text.as_str())
            .next()
    }
}

/// A point of the globe, in degrees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub latitude: f64,
    pub longitude: f64,
}

/// Kilometres from one degree of latitude to the next.
const DEGREE_KM: f64 = 111.2;

impl Point {
    /// The distance over a flat map, which is right to a percent for neighbours.
    pub fn kilometres_to(self, other: Self) -> f64 {
        let north = other.latitude - self.latitude;
        let middle = self.latitude.midpoint(other.latitude).to_radians();
        let east = (other.longitude - self.longitude) * middle.cos();
        north.hypot(east) * DEGREE_KM
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_right() {
        let (cairo, giza) = (
            Point { latitude: 30.0626, longitude: 31.2497 },
            Point { latitude: 30.0081, longitude: 31.2109 },
        );
        let distance = cairo.kilometres_to(giza);
        assert!((7.0..7.3).contains(&distance), "{distance}");
    }
}
