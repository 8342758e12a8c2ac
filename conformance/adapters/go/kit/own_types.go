package kit

// ownTypes are the types beside the streams that every adapter offers, whatever it tests.
func (s *session) ownTypes() []Type {
	return []Type{bytesType(), callbackType(), descriptorType()}
}
