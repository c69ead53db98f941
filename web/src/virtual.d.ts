/** Where the verifier's WebAssembly lies; `null` where the portal was built without it. */
declare module 'virtual:tangle-verify' {
  const url: string | null;
  export default url;
}
