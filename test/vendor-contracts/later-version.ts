import type { ContractRequest, VendorContract } from './vendor-contract.js';

/**
 * The contract of one version of an API, for requests to a later one whose paths and bodies are the same but for the version in the
 * path: `/restapi/v2.1/...` is looked up as `/restapi/v2/...`. Where they differ, corrections of the document say so by name.
 */
export function laterVersion(contract: VendorContract, { asked, documented }: { readonly asked: string; readonly documented: string }): VendorContract {
  const older = (request: ContractRequest): ContractRequest => (request.path.startsWith(asked) ? { ...request, path: documented + request.path.slice(asked.length) } : request);
  return {
    name: contract.name,
    checkRequest: (request) => contract.checkRequest(older(request)),
    checkAnswer: (request, answer) => contract.checkAnswer(older(request), answer),
  };
}
