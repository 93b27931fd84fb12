//! The header `authorization`.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::Refusal;

/// The longest token that is looked at, in bytes.
pub(super) const MAX_TOKEN_BYTES: usize = 8 * 1_024;

/// The bearer token of a request (RFC 6750, section 2.1), if it has any credentials.
///
/// Refuses what is no token, and more than one: which of two is meant must not depend on who reads them.
pub(super) fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().map_err(|_| Refusal::Malformed)?;
    let token = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = token.map(|(_, token)| token.trim_matches(' ')).filter(|token| is_token(token));
    match (token, values.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(Refusal::Malformed),
    }
}

/// Whether a text is a `b68token` of RFC 6750 that is not too long.
pub(super) fn is_token(text: &str) -> bool {
    let is_symbol = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let symbols = text.trim_end_matches('=');
    text.len() <= MAX_TOKEN_BYTES && !symbols.is_empty() && symbols.bytes().all(is_symbol)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(values: &[&[u8]]) -> Result<Option<String>, Refusal> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        bearer_token(&headers).map(|token| token.map(ToOwned::to_owned))
    }

    #[test]
    fn a_bearer_token_is_read() {
        assert_eq!(read(&[]), Ok(None));
        for value in ["Bearer a.b-c_d~e+f/g==", "bearer a.b-c_d~e+f/g==", "BEARER   a.b-c_d~e+f/g== "] {
            assert_eq!(read(&[value.as_bytes()]), Ok(Some("a.b-c_d~e+f/g==".into())), "{value}");
        }
        let longest = format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES));
        assert!(read(&[longest.as_bytes()]).is_ok());
    }

    #[test]
    fn what_is_no_bearer_token_is_malformed() {
        let too_long = format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES + 1));
        let values: [&[u8]; 12] = [
            b"",
            b"Bearer",
            b"Bearer ",
            b"Bearer =",
            b"Bearer a b",
            b"Bearer a,b",
            b"Bearer a=b",
            b"Bearer\ta",
            b"Basic YTpi",
            b" Bearer a",
            b"Bearer \xd9\x8a",
            too_long.as_bytes(),
        ];
        for value in values {
            assert_eq!(read(&[value]), Err(Refusal::Malformed), "{:?}", value.escape_ascii().to_string());
        }
        assert_eq!(read(&[b"Bearer a", b"Bearer a"]), Err(Refusal::Malformed));
        assert_eq!(read(&[b"Bearer a", b"Basic YTpi"]), Err(Refusal::Malformed));
    }
}
