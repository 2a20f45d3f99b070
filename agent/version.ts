export { productVersion } from '../deploy/runtime/service/product-version.js';
