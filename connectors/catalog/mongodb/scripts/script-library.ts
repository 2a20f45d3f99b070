import { CURSOR_LIBRARY } from '../../../engines/scripted/cursors.js';

/**
 * Makes `connection` inside the sandbox, with the names of MongoDB's own drivers: connection.collection('people').find({ mail }). Results of
 * `find` and `aggregate` are iterated with `for await`, or taken as a list with `toArray`.
 */
export const MONGO_LIBRARY = String.raw`(call, icf) => {
${CURSOR_LIBRARY}
const METHODS = ['findOne', 'countDocuments', 'distinct', 'insertOne', 'insertMany', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'findOneAndUpdate', 'findOneAndDelete'];
function results(given) {
  const open = () => cursor(call('connection.open', given), 'connection');
  return { [Symbol.asyncIterator]: open, toArray: () => collected(open()) };
}
function collection(name, database = null) {
  const methods = Object.fromEntries(METHODS.map((method) => [method, (...given) => call('connection.call', [name, database, method, ...given])]));
  const stream = (method) => (...given) => results([name, database, method, ...given]);
  return { ...methods, find: stream('find'), aggregate: stream('aggregate') };
}
const connection = {
  collection,
  getCollection: collection,
  command: (document, database = null) => call('connection.command', [document, database]),
  runCommand: (document, database = null) => call('connection.command', [document, database]),
  database: (name) => ({ collection: (other) => collection(other, name), command: (document) => call('connection.command', [document, name]) }),
};
return { connection };
}`;
