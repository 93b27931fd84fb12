//! [`MemorySize`]: amounts of memory, as flags have them.

/// Less memory than this is not worth the many small runs of a build, nor enough for some batches at once.
const LEAST: u64 = 16 << 20;

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemorySize(pub u64);

/// Reads a number of bytes: digits, and K, M or G, which may be written out (KiB, KB) and are powers of 1024.
pub fn parse_memory_size(text: &str) -> Result<MemorySize, String> {
    const FORM: &str = "expected a number of bytes, or one with a unit, such as 512M or 2GiB";
    let text = text.trim();
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let shift = match unit.trim_start().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        _ => return Err(FORM.to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| FORM.to_owned())?;
    let bytes = number.checked_mul(1 << shift).ok_or("is more than any machine has")?;
    if bytes < LEAST { Err(format!("expected at least {}M", LEAST >> 20)) } else { Ok(MemorySize(bytes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("512M", 512 << 20),
            ("2g", 2 << 30),
            ("256MiB", 256 << 20),
            ("1 GiB", 1 << 30),
            ("20000000", 20_000_000),
            ("32768KiB", 32 << 20),
            (" 16777216 B ", 16 << 20),
        ] {
            assert_eq!(parse_memory_size(text), Ok(MemorySize(bytes)), "{text}");
        }
        for bad in ["", "M", "MiB", "-1", "1.5GiB", "15MiB", "1K", "2T", "99999999999GiB", "0x100MiB", "١٦M"]
        {
            assert!(parse_memory_size(bad).is_err(), "{bad}");
        }
    }
}
