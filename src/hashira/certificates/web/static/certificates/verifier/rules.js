// Whether a certificate is enough for a destination. Without a rule in force nobody knows: `no-rule`, never a pass.

import { evaluate, RuleBroken } from "./certlogic.js";

/** `enough`, `not-enough`, `no-rule` or `open` (a rule could not be evaluated); `at` in Unix seconds. */
export function judge(rules, { destination, payload, at }) {
  const now = new Date(at * 1000);
  const inForce = rules.filter(
    (rule) => rule.destination === destination && new Date(rule.validFrom) <= now && now < new Date(rule.validTo),
  );
  if (!inForce.length) return "no-rule";
  try {
    const about = { payload, external: { validationClock: now } };
    return inForce.map((rule) => evaluate(rule.logic, about) === true).every(Boolean) ? "enough" : "not-enough";
  } catch (error) {
    if (error instanceof RuleBroken) return "open";
    throw error;
  }
}
