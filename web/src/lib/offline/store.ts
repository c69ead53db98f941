// What the counter keeps on this device, in IndexedDB: it is there after a reload, a crash and a
// day. One record at a time; a record is on disk when the promise is fulfilled.

const NAME = 'theriac';
const VERSION = 1;
export type Shelf = 'queue' | 'kept';

let opening: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((done, fail) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('queue', { keyPath: 'id' });
      request.result.createObjectStore('kept', { keyPath: 'id' });
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error ?? new Error('the store cannot be opened'));
  });
  opening.catch(() => (opening = null));
  return opening;
}

async function act<T>(
  shelf: Shelf,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  return new Promise<T>((done, fail) => {
    const work = database.transaction(shelf, mode, { durability: 'strict' });
    const request = ask(work.objectStore(shelf));
    work.oncomplete = () => done(request.result);
    work.onabort = () => fail(work.error ?? new Error('the store refused'));
  });
}

export interface Kept {
  id: string;
}

export const put = (shelf: Shelf, record: Kept): Promise<unknown> =>
  act(shelf, 'readwrite', (store) => store.put(record));
export const get = <T extends Kept>(shelf: Shelf, id: string): Promise<T | undefined> =>
  act(shelf, 'readonly', (store) => store.get(id));
export const all = <T extends Kept>(shelf: Shelf): Promise<T[]> =>
  act(shelf, 'readonly', (store) => store.getAll());
export const remove = (shelf: Shelf, id: string): Promise<unknown> =>
  act(shelf, 'readwrite', (store) => store.delete(id));
