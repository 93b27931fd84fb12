//! [`Permits`]: how many connections there may be, in total and from one address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use super::counters::{Refusal, TransportCounters};

/// How many connections a listener may have open.
#[derive(Debug)]
pub struct Permits {
    max: usize,
    /// 0: no limit.
    max_per_address: usize,
    held: Mutex<Held>,
    counters: Arc<TransportCounters>,
}

/// Locked only when a connection opens or closes.
#[derive(Debug, Default)]
struct Held {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
    /// Whether the log has been told that the limit is reached, since there was last room to spare.
    is_full: bool,
}

impl Permits {
    /// At most `max` connections, and `max_per_address` of them from one address; 0 for no limit of an address.
    pub fn new(max: usize, max_per_address: usize, counters: Arc<TransportCounters>) -> Arc<Self> {
        Arc::new(Self { max, max_per_address, held: Mutex::default(), counters })
    }

    /// A permit for a connection from `address`, which holds until it is dropped; or why there is none.
    ///
    /// O(1).
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Permit, Refusal> {
        let admitted = self.take(owner(address));
        match admitted {
            Ok(()) => {
                self.counters.opened();
                Ok(Permit { permits: Arc::clone(self), owner: owner(address) })
            }
            Err(refusal) => {
                self.counters.refuse(refusal);
                Err(refusal)
            }
        }
    }

    fn take(&self, owner: IpAddr) -> Result<(), Refusal> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.total >= self.max {
            if !std::mem::replace(&mut held.is_full, true) {
                tracing::warn!(
                    "all {} connections are taken: more are refused until some close; raise --max-connections if this lasts",
                    self.max
                );
            }
            return Err(Refusal::Connections);
        }
        if self.max_per_address > 0 {
            let of_address = held.by_address.entry(owner).or_default();
            if *of_address >= self.max_per_address {
                return Err(Refusal::Address);
            }
            *of_address += 1;
        }
        held.total += 1;
        Ok(())
    }

    fn give_back(&self, owner: IpAddr) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.total -= 1;
        // Some way below the limit, or each connection that comes and goes at the limit would be worth a line.
        if held.total < self.max - self.max / 10 {
            held.is_full = false;
        }
        if let Entry::Occupied(mut of_address) = held.by_address.entry(owner) {
            *of_address.get_mut() -= 1;
            if *of_address.get() == 0 {
                of_address.remove();
            }
        }
    }
}

/// The right to one connection, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    permits: Arc<Permits>,
    owner: IpAddr,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.permits.give_back(self.owner);
        self.permits.counters.closed();
    }
}

/// What counts as one address: an IPv4 address, also where it came over an IPv6 socket, and the first 64 bits of an IPv6
/// address, for whoever has one has the other 2^64 as well.
fn owner(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn permits(max: usize, max_per_address: usize) -> Arc<Permits> {
        Permits::new(max, max_per_address, Arc::default())
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn both_limits_hold_and_permits_come_back() {
        let permits = permits(3, 2);
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let first = permits.admit(one).unwrap();
        let _second = permits.admit(one).unwrap();
        assert_eq!(permits.admit(one).unwrap_err(), Refusal::Address);
        let third = permits.admit(other).unwrap();
        assert_eq!(permits.admit(other).unwrap_err(), Refusal::Connections);
        drop(third);
        let _fourth = permits.admit(other).unwrap();
        drop(first);
        assert!(permits.admit(one).is_ok());
        let counters = &permits.counters;
        assert_eq!((counters.open(), counters.accepted()), (2, 5));
        assert_eq!((counters.refused(Refusal::Address), counters.refused(Refusal::Connections)), (1, 1));
    }

    #[test]
    fn addresses_of_one_owner_count_as_one() {
        let permits = permits(10, 1);
        let _v4 = permits.admit(address("192.0.2.1")).unwrap();
        permits.admit(address("::ffff:192.0.2.1")).unwrap_err();
        let _v6 = permits.admit(address("2001:db8::1")).unwrap();
        permits.admit(address("2001:db8::2:2")).unwrap_err();
        permits.admit(address("2001:db8:0:1::1")).unwrap();
    }

    #[test]
    fn without_a_limit_of_addresses_none_is_remembered() {
        let permits = permits(5, 0);
        let held: Vec<_> = (0..5).map(|_| permits.admit(address("192.0.2.1")).unwrap()).collect();
        assert!(permits.held.lock().unwrap().by_address.is_empty());
        drop(held);
        assert_eq!(permits.counters.open(), 0);
    }

    proptest! {
        /// Whatever comes and goes: what is held is what was admitted and not given back, and no limit is exceeded.
        #[test]
        fn the_books_balance(steps in prop::collection::vec((any::<bool>(), 0_u8..4, 0_usize..8), 0..200)) {
            let permits = permits(6, 3);
            let mut held: Vec<(IpAddr, Permit)> = Vec::new();
            for (opens, host, place) in steps {
                let address = IpAddr::from([192, 0, 2, host]);
                let of_address = held.iter().filter(|(other, _)| *other == address).count();
                if opens {
                    match permits.admit(address) {
                        Ok(permit) => {
                            prop_assert!(held.len() < 6 && of_address < 3);
                            held.push((address, permit));
                        }
                        Err(Refusal::Connections) => prop_assert_eq!(held.len(), 6),
                        Err(_) => prop_assert_eq!(of_address, 3),
                    }
                } else if place < held.len() {
                    held.swap_remove(place);
                }
                prop_assert_eq!(permits.counters.open(), held.len() as u64);
            }
            drop(held);
            let books = permits.held.lock().unwrap();
            prop_assert_eq!(books.total, 0);
            prop_assert!(books.by_address.is_empty());
        }
    }
}
