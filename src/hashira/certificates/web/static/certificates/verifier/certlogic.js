// CertLogic (ehn-dcc-development/eu-dcc-business-rules, certlogic/specification): rules about certificates as
// data. The twin of domain/certlogic.py; the same cases are put to both. What the specification does not define
// throws: a rule that cannot be evaluated must not pass.

const DEEPEST = 64;
const TIMES = { after: ">", before: "<", "not-after": "<=", "not-before": ">=" };
const COMPARED = {
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

export class RuleBroken extends Error {}

const broken = (why) => { throw new RuleBroken(why); };
const isMap = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);

/** The value of an expression over `about`. */
export function evaluate(expression, about, depth = 0) {
  if (depth > DEEPEST) broken("nested too deeply");
  if (typeof expression === "string" || typeof expression === "boolean" || Number.isInteger(expression)) return expression;
  if (Array.isArray(expression)) return expression.map((item) => evaluate(item, about, depth + 1));
  if (!isMap(expression) || Object.keys(expression).length !== 1) broken("no expression");
  const [[operator, given]] = Object.entries(expression);
  if (operator === "var") return variable(given, about);
  if (!Array.isArray(given) || !given.length) broken(`${operator} needs a list of operands`);
  const of = (index) => evaluate(given[index], about, depth + 1);
  const count = given.length;
  if (operator === "if" && count === 3) return truthy(of(0)) ? of(1) : of(2);
  if (operator === "and" && count >= 2) {
    let value = true;
    for (let i = 0; i < count; i++) {
      value = of(i);
      if (!truthy(value)) return value;
    }
    return value;
  }
  if (operator === "!" && count === 1) return !truthy(of(0));
  if (operator === "===" && count === 2) return same(of(0), of(1));
  if (operator === "in" && count === 2) {
    const one = of(0), among = of(1);
    if (!Array.isArray(among)) broken("in needs a list");
    return among.some((other) => same(one, other));
  }
  if (operator === "+" && count === 2) return integer(of(0)) + integer(of(1));
  if (Object.hasOwn(COMPARED, operator) && (count === 2 || count === 3)) return ordered(operator, given.map((_, i) => integer(of(i))));
  if (Object.hasOwn(TIMES, operator) && (count === 2 || count === 3)) return ordered(TIMES[operator], given.map((_, i) => moment(of(i))));
  if (operator === "plusTime" && count === 3) return plus(moment(of(0)), given[1], given[2]);
  if (operator === "reduce" && count === 3) {
    const items = of(0);
    let sum = of(2);
    if (items === null) return sum;
    if (!Array.isArray(items)) broken("reduce needs a list");
    for (const current of items) sum = evaluate(given[1], { accumulator: sum, current, data: about }, depth + 1);
    return sum;
  }
  if (operator === "extractFromUVCI" && count === 2) return fragment(of(0), given[1]);
  return broken(`no operation ${operator} of ${count}`);
}

function variable(path, about) {
  if (typeof path !== "string") broken("var needs a path");
  let value = about;
  for (const part of path === "" ? [] : path.split(".")) {
    if (value === null || value === undefined) return null;
    if (Array.isArray(value)) value = /^[0-9]+$/.test(part) ? value[Number(part)] : null;
    else if (isMap(value)) value = Object.hasOwn(value, part) ? value[part] : null;
    else return null;
  }
  return value ?? null;
}

/** Nothing, false, 0, an empty text, list or object are not true. */
export function truthy(value) {
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

function same(one, other) {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((item, i) => same(item, other[i]));
  return one === other;
}

const integer = (value) => (Number.isInteger(value) ? value : broken("an integer was needed"));

const ordered = (operator, values) => values.slice(1).every((value, i) => COMPARED[operator](values[i], value));

const WRITTEN = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[-+]\d\d:?\d\d))?$/;

function moment(value) {
  if (value instanceof Date) return value;
  if (typeof value !== "string" || !WRITTEN.test(value)) broken("a time was needed");
  const made = new Date(value.replace(/([-+]\d\d)(\d\d)$/, value.length > 10 ? "$1:$2" : "$&"));
  const [year, month, day] = value.slice(0, 10).split("-").map(Number);
  if (Number.isNaN(made.getTime()) || new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) broken("a time was needed");
  return made;
}

function plus(start, amount, unit) {
  const made = new Date(start);
  const number = integer(amount);
  if (unit === "hour") made.setTime(made.getTime() + number * 3_600_000);
  else if (unit === "day") made.setTime(made.getTime() + number * 86_400_000);
  else if (unit === "month") made.setUTCMonth(made.getUTCMonth() + number);
  else if (unit === "year") made.setUTCFullYear(made.getUTCFullYear() + number);
  else broken("no unit of time");
  return Number.isNaN(made.getTime()) ? broken("a time beyond the calendar") : made;
}

function fragment(uvci, index) {
  if (uvci === null) return null;
  if (typeof uvci !== "string" || !Number.isInteger(index)) broken("extractFromUVCI needs a text and a number");
  return uvci.replace(/^URN:UVCI:/, "").split(/[/#:]/)[index] ?? null;
}
