//! The licences under which sources may be used, as packs name them.

use crate::pack::License;

fn license(name: &str, path: &str, title: &str) -> License {
    License { name: name.to_owned(), path: path.to_owned(), title: title.to_owned() }
}

/// Of CLDR since release 44.
pub(super) fn unicode() -> License {
    license("Unicode-3.0", "https://www.unicode.org/license.txt", "Unicode License v3")
}

/// Of CLDR before that.
pub(super) fn unicode_of_2016() -> License {
    let title = "Unicode License Agreement - Data Files and Software (2016)";
    license("Unicode-DFS-2016", "https://www.unicode.org/copyright.html", title)
}

pub(super) fn mit() -> License {
    license("MIT", "https://opensource.org/license/mit", "MIT License")
}

pub(super) fn bsd() -> License {
    license("BSD-3-Clause", "https://opensource.org/license/bsd-3-clause", "BSD 3-Clause License")
}

pub(super) fn cc_by() -> License {
    let title = "Creative Commons Attribution 4.0";
    license("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", title)
}
