//! When to ask again, and why it came to that.

use std::error::Error;
use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

use rustls::CertificateError;

/// The first wait; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait that a server is granted. One that wants more is passed over.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(30);

/// How long to wait after so many failed attempts: between half and one and a half of the doubled
/// time, so that many clients do not come back at once.
pub(super) fn backoff(failed: u32) -> Duration {
    let wait = FIRST_WAIT.saturating_mul(1 << failed.min(16)).min(MAX_WAIT);
    wait.mul_f64(0.5 + fastrand::f64())
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. A date that is past is now.
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are more than anyone waits.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The innermost cause, which says what happened; the outer ones say only that something did.
pub(super) fn innermost(error: &reqwest::Error) -> &(dyn Error + 'static) {
    let mut innermost: &(dyn Error + 'static) = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost
}

/// Whether the bytes of an answer are all there and make no sense.
pub(super) fn is_corrupt(error: &reqwest::Error) -> bool {
    let io = innermost(error).downcast_ref::<std::io::Error>();
    let kind = io.map(std::io::Error::kind);
    error.is_decode() && matches!(kind, Some(ErrorKind::InvalidData | ErrorKind::InvalidInput))
}

/// Why a server could not be talked to, in words for a person.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return tls_reason(tls);
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            match io.kind() {
                ErrorKind::ConnectionRefused => return "the connection was refused".into(),
                ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof => {
                    return "the connection broke off".into();
                }
                _ => {}
            }
            // What an error of the system was made from is not among its sources.
            if let Some(inner) = io.get_ref() {
                cause = Some(inner);
                continue;
            }
        }
        cause = error.source();
    }
    let innermost = innermost(error).to_string();
    match &*innermost {
        "connection closed before message completed"
        | "end of file before message length reached" => "the connection broke off".into(),
        _ => innermost,
    }
}

fn tls_reason(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its certificate is by an authority that this machine does not trust (SSL_CERT_FILE \
             names a file of others)"
                .into()
        }
        rustls::Error::InvalidCertificate(error) => {
            format!("its certificate is not valid: {error}")
        }
        error => format!("no secure connection: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(20));
        let wait = retry_after(&soon).unwrap();
        assert!(wait <= Duration::from_secs(20) && wait > Duration::from_secs(15), "{wait:?}");
        assert!(retry_after("99999999999999999999").unwrap() > MAX_WAIT);
        for nonsense in ["", "soon", "-1", "1.5"] {
            assert_eq!(retry_after(nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn waits_double_within_their_bounds() {
        for failed in 0..40 {
            let (wait, middle) = (backoff(failed), FIRST_WAIT * (1 << failed.min(16)));
            let middle = middle.min(MAX_WAIT);
            assert!(wait >= middle / 2 && wait <= middle * 3 / 2, "{failed}: {wait:?}");
        }
    }
}
