//! No more requests to one host than it is asked to bear.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Url;

/// Requests a second to a host of which nobody said anything else.
const DEFAULT_RATE: f64 = 5.0;
/// The most requests that are sent at once, whatever the rate.
const MAX_BURST: f64 = 1000.0;

/// When each host may be asked next. Of requests in any second there are no more than the rate.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Option<f64>,
    hosts: Mutex<HashMap<String, Host>>,
}

#[derive(Debug, Default)]
struct Host {
    /// When the last requests were sent or will be, the newest last.
    sent: VecDeque<Instant>,
    /// The host asked for silence until then.
    silent_until: Option<Instant>,
}

impl Pace {
    pub fn new(rate: Option<f64>) -> Self {
        Self { rate, hosts: Mutex::default() }
    }

    /// Waits until the host of `url` may be asked.
    pub async fn turn(&self, url: &Url) {
        let now = Instant::now();
        let at = self.book(url, now);
        if at > now {
            tokio::time::sleep(at - now).await;
        }
    }

    /// Keeps everyone from asking the host of `url` for a while.
    pub fn hold(&self, url: &Url, wait: Duration) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(host_of(url)).or_default();
        host.silent_until = host.silent_until.max(Some(Instant::now() + wait));
    }

    /// The time of the next request, which is taken with this.
    fn book(&self, url: &Url, now: Instant) -> Instant {
        let rate = self.rate.unwrap_or(if is_loopback(url) { 0.0 } else { DEFAULT_RATE });
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(host_of(url)).or_default();
        let mut at = host.silent_until.map_or(now, |until| until.max(now));
        if rate > 0.0 {
            let count = rate.floor().clamp(1.0, MAX_BURST);
            let window = Duration::try_from_secs_f64(count / rate).unwrap_or(Duration::MAX);
            if host.sent.len() >= count as usize
                && let Some(first) = host.sent.pop_front()
            {
                // A rate that is next to nothing is a wait of a day, not an overflow.
                at = at.max(first + window.min(Duration::from_secs(86_400)));
            }
            host.sent.push_back(at);
        }
        at
    }
}

fn host_of(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0))
}

/// This machine itself, which its user may load as he likes.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse();
    address.map_or(host == "localhost", |address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(rate: Option<f64>, url: &str, count: usize) -> Vec<f64> {
        let (pace, now) = (Pace::new(rate), Instant::now());
        let url = url.parse().unwrap();
        (0..count).map(|_| (pace.book(&url, now) - now).as_secs_f64()).collect()
    }

    #[test]
    fn five_in_any_second_and_no_bound_on_loopback() {
        let waits_5 = waits(None, "https://pith.science/", 12);
        assert_eq!(waits_5, [0., 0., 0., 0., 0., 1., 1., 1., 1., 1., 2., 2.]);
        for own in ["http://127.0.0.1:8/", "http://[::1]:8/", "http://localhost/"] {
            assert_eq!(waits(None, own, 100), [0.0; 100], "{own}");
        }
        assert_eq!(waits(Some(2.0), "http://127.0.0.1/", 4), [0., 0., 1., 1.]);
        assert_eq!(waits(Some(0.5), "https://pith.science/", 3), [0., 2., 4.]);
        assert_eq!(waits(Some(0.0), "https://pith.science/", 100), [0.0; 100]);
    }

    #[test]
    fn a_host_that_asks_for_silence_gets_it() {
        let pace = Pace::new(Some(0.0));
        let (busy, other) = ("https://a.example/".parse().unwrap(), "https://b.example/".parse());
        pace.hold(&busy, Duration::from_secs(9));
        let now = Instant::now();
        assert!(pace.book(&busy, now) > now + Duration::from_secs(8));
        assert_eq!(pace.book(&other.unwrap(), now), now);
    }
}
