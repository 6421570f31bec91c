// The code tables of the server, fetched with the app and kept with it: states, vaccines, curves.

let held = null;

export const tables = () => held;

export function useTables(document) {
  held = document;
}
