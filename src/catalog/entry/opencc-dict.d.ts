/** Pairs `繁 简` with `|` between them. */
declare module "opencc-js/dict/TSCharacters" {
  const pairs: string;
  export default pairs;
}
