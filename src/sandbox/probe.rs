//! A child that misbehaves on request, to prove that containment holds. Reached only by hidden roles of the program.
