package kit

// patternByte is byte i of the pattern of a seed.
func patternByte(seed, i uint64) byte {
	return byte(uint32(i*2654435761+seed*2246822519) >> 16)
}

// fill writes a pattern's bytes from the byte of index first on.
func fill(array []byte, seed uint64, first int) {
	for i := range array {
		array[i] = patternByte(seed, uint64(first+i))
	}
}

// difference gives the index in the pattern of the first byte that differs, or -1. The array begins at index first.
func difference(array []byte, seed uint64, first int) int {
	for i, found := range array {
		if found != patternByte(seed, uint64(first+i)) {
			return first + i
		}
	}
	return -1
}
