export { productVersion } from '../service/product-version.js';
