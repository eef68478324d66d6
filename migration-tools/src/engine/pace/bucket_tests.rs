use proptest::prelude::*;

use super::*;

/// Waits as told until the call goes; answers when it went.
fn go(bucket: &mut Bucket, mut now: Instant) -> Instant {
    for _ in 0..1_000_000 {
        match bucket.admit(now) {
            None => return now,
            Some(wait) => now += wait,
        }
    }
    panic!("the call never goes");
}

/// In every window: limit × time + a second's worth + `more`.
fn within(limit: u32, more: Milli, taken: &[(Instant, Milli)]) -> Result<(), TestCaseError> {
    let rate = Milli::from(limit) * 1000;
    for (from, (begin, _)) in taken.iter().enumerate() {
        let mut sum = 0;
        for (end, units) in &taken[from..] {
            sum += scaled(*units);
            let passed = i128::try_from((*end - *begin).as_nanos()).unwrap();
            let most = i128::from(rate) * passed + second(rate) + scaled(more);
            prop_assert!(sum <= most, "{sum} in {passed} ns, at most {most}");
        }
    }
    Ok(())
}

#[derive(Clone, Debug)]
enum Event {
    Call(Milli),
    /// One that fails and is never settled.
    Failure,
    Throttle,
    Pass(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (0..400_000u64).prop_map(Event::Call),
        1 => Just(Event::Failure),
        1 => Just(Event::Throttle),
        3 => (0..3_000_000_000u64).prop_map(Event::Pass),
    ];
    prop::collection::vec(event, 1..120)
}

proptest! {
    #[test]
    fn no_window_has_more_than_the_limit_a_burst_and_one_call(
        limit in 1..2_000u32,
        events in events(),
    ) {
        let mut now = Instant::now();
        let mut bucket = Bucket::new(Some(limit), now);
        let mut taken = Vec::new();
        for event in events {
            match event {
                Event::Call(units) => {
                    now = go(&mut bucket, now);
                    bucket.used(units);
                    taken.push((now, units));
                }
                Event::Failure => now = go(&mut bucket, now),
                Event::Throttle => bucket.throttled(now),
                Event::Pass(nanos) => now += Duration::from_nanos(nanos),
            }
        }
        let largest = taken.iter().map(|(_, units)| *units).max().unwrap_or(0);
        within(limit, largest, &taken)?;
    }

    /// Calls that overlap: each of those that are out may be larger than any before.
    #[test]
    fn calls_at_once_are_at_most_themselves_more(
        limit in 1..2_000u32,
        at_once in 1..9usize,
        calls in prop::collection::vec((0..400_000u64, 1..400u64), 1..120),
    ) {
        let mut now = Instant::now();
        let mut bucket = Bucket::new(Some(limit), now);
        let mut out: Vec<(Instant, Milli)> = Vec::new();
        let mut taken = Vec::new();
        let settle = |bucket: &mut Bucket, out: &mut Vec<(Instant, Milli)>, now| {
            out.sort();
            let ended = out.iter().take_while(|(end, _)| *end <= now).count();
            out.drain(..ended).for_each(|(_, units)| bucket.used(units));
        };
        for (units, millis) in &calls {
            loop {
                settle(&mut bucket, &mut out, now);
                let next = out.first().map(|(end, _)| *end);
                if let (true, Some(next)) = (out.len() >= at_once, next) {
                    now = next;
                } else if let Some(wait) = bucket.admit(now) {
                    now = next.map_or(now + wait, |next| next.min(now + wait));
                } else {
                    break;
                }
            }
            taken.push((now, *units));
            out.push((now + Duration::from_millis(*millis), *units));
        }
        let largest = calls.iter().map(|(units, _)| *units).max().unwrap_or(0);
        within(limit, largest * at_once as Milli, &taken)?;
    }

    #[test]
    fn all_of_the_limit_can_be_used(limit in 10..2_000u32, units in 1..500u64) {
        let begin = Instant::now();
        let mut now = begin;
        let mut bucket = Bucket::new(Some(limit), now);
        let calls = (u64::from(limit) * 20).div_ceil(units);
        for _ in 0..calls {
            now = go(&mut bucket, now);
            bucket.used(units * 1000);
        }
        // Twenty seconds' worth, of which the burst is one.
        let longest = Duration::from_secs(20) + Duration::from_millis(units * 1000 / u64::from(limit));
        prop_assert!(now - begin <= longest, "{:?}", now - begin);
    }
}

#[test]
fn the_second_call_waits_for_the_debt_of_the_first() {
    let start = Instant::now();
    let mut bucket = Bucket::new(Some(100), start);
    assert_eq!(bucket.admit(start), None);
    bucket.used(150_000);
    // 50 units of debt, at 100 a second.
    let wait = bucket.admit(start).unwrap();
    assert_eq!(wait, Duration::from_millis(500) + Duration::from_nanos(1));
    assert_eq!(bucket.admit(start + wait - Duration::from_nanos(1)), Some(Duration::from_nanos(1)));
    assert_eq!(bucket.admit(start + wait), None);
    assert_eq!(bucket.total(), 150_000);
}

#[test]
fn calls_of_a_known_size_are_spread_and_not_let_go_together() {
    let start = Instant::now();
    let mut bucket = Bucket::new(Some(100), start);
    assert_eq!(bucket.admit(start), None);
    bucket.used(256_000);
    let now = start + Duration::from_secs(3);
    assert_eq!(bucket.admit(now), None, "the debt is paid");
    assert!(bucket.admit(now).is_some(), "a page of this size takes more than there is");
    bucket.used(256_000);
    assert!(bucket.admit(now + Duration::from_millis(1_500)).is_some());
    assert_eq!(bucket.admit(now + Duration::from_millis(1_600)), None);
}

#[test]
fn throttles_slow_down_and_quiet_speeds_up_again() {
    let start = Instant::now();
    let mut bucket = Bucket::new(None, start);
    let at = |millis| start + Duration::from_millis(millis);
    for _ in 0..100 {
        assert!(bucket.admit_free(start));
        bucket.used(10_000);
    }
    bucket.throttled(at(500));
    let rate = bucket.rate().unwrap();
    assert!((400_000..=500_000).contains(&rate), "half of what went: {rate}");
    bucket.throttled(at(900));
    assert_eq!(bucket.rate(), Some(rate), "one reason, one answer");
    assert!(bucket.admit(at(900)).is_none());
    bucket.throttled(at(1_600));
    let slower = bucket.rate().unwrap();
    assert!(slower < rate);
    bucket.step(at(5_600));
    assert!(bucket.rate().unwrap() > slower);
    assert!(bucket.admit_free(at(60_000)), "after a minute nothing is left of it");
}

#[test]
fn it_does_not_get_faster_while_the_sdk_repeats_throttled_calls() {
    let start = Instant::now();
    let mut bucket = Bucket::new(None, start);
    assert!(bucket.admit_free(start));
    bucket.used(100_000);
    assert!(bucket.admit_free(start));
    for tenths in 0..100 {
        bucket.throttled(start + Duration::from_millis(tenths * 100));
    }
    let slow = bucket.rate().unwrap();
    bucket.step(start + Duration::from_millis(10_500));
    assert_eq!(bucket.rate(), Some(slow));
    bucket.step(start + Duration::from_millis(12_000));
    assert!(bucket.rate().is_none_or(|rate| rate > slow));
}

#[test]
fn who_does_nothing_is_not_slowed_down() {
    let start = Instant::now();
    let mut bucket = Bucket::new(None, start);
    bucket.throttled(start);
    assert!(bucket.admit_free(start));
}

/// A table that takes 100 units a second, and a run that would take as much as it is given.
#[test]
fn what_a_table_gives_is_found_with_few_throttles() {
    const SECONDS: u64 = 300;
    let start = Instant::now();
    let mut now = start;
    let mut bucket = Bucket::new(None, start);
    let (mut second, mut taken, mut done, mut throttles) = (0, 0, 0u64, 0u64);
    while now < start + Duration::from_secs(SECONDS) {
        now = go(&mut bucket, now) + Duration::from_millis(2);
        let this = (now - start).as_secs();
        if this != second {
            (second, taken) = (this, 0);
        }
        if taken >= 100 {
            throttles += 1;
            bucket.throttled(now);
        } else {
            taken += 2;
            done += 2;
            bucket.used(2_000);
        }
    }
    assert!(done >= SECONDS * 50, "{done} units");
    assert!(throttles <= SECONDS / 2, "{throttles} throttles");
}
