/** Bodies while they come in: how much they hold together. */
import { expect, test } from 'vitest';
import { UploadRoom } from '../../src/api/upload-room.ts';
import { limits } from '../../src/base/limits.ts';

const LONGEST = limits.ingestBodyBytesMax;
const upload = (headers: Record<string, string>, method = 'POST') => ({ method, headers, bodyBytesMax: LONGEST });
const FULL = limits.uploadBytesMax / LONGEST;

test('each counts with what it announced until it is answered, once', () => {
  const room = new UploadRoom();
  const held = Array.from({ length: FULL }, () => room.take(upload({ 'content-length': String(LONGEST) })));
  expect(() => room.take(upload({ 'content-length': '1' }))).toThrow(expect.objectContaining({ code: 'overloaded' }));
  room.take(upload({}, 'GET'));
  held[0]!();
  held[0]!();
  room.take(upload({ 'content-length': String(LONGEST - 1) }));
  room.take(upload({ 'content-length': '1' }));
  expect(() => room.take(upload({ 'content-length': '1' }))).toThrow(expect.objectContaining({ code: 'overloaded' }));
});

test('a length that is not said, or too large a one, is the longest that the route takes; no body is none', () => {
  const room = new UploadRoom();
  for (let taken = 0; taken < FULL - 1; taken++)
    room.take(upload(taken % 2 === 0 ? { 'transfer-encoding': 'chunked' } : { 'content-length': '99999999999' }));
  room.take(upload({ 'content-length': String(LONGEST) }));
  room.take(upload({}));
  expect(() => room.take(upload({ 'transfer-encoding': 'chunked' }))).toThrow(expect.objectContaining({ code: 'overloaded' }));
});
